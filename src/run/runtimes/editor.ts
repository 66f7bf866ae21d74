import * as l10n from '@vscode/l10n';
import { UserError } from '../../base/error';
import type { Need } from '../../wasm/module';
import { objectionBy } from '../abilities';
import type { Runtime } from '../request';

const able: ReadonlySet<Need> = new Set<Need>(['threads']);

const outside = (): string => l10n.t('runtime editor is part of the editor: choose it in a launch configuration');

/** The WASI host that other extensions of the editor use (ms-vscode.wasm-wasi-core). Only our extension reaches it: see src/editor/wasiCore.ts. */
export const editor: Runtime = {
  id: 'editor',
  get title() { return l10n.t("The editor's WASI host"); },
  objection: info => objectionBy(info, able),
  find: () => Promise.resolve({ tried: [outside()] }),
  run: () => Promise.reject(new UserError('no-runtime', l10n.t('{0} is not there. Looked at: {1}.', editor.title, outside()))),
  install: [],
};
