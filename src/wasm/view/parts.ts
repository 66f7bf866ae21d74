import * as l10n from '@vscode/l10n';
import type { WasmModule } from '../module';
import { readModule } from '../read';

/** A core module of a file: the file itself, or one inside a component. */
export interface Part {
  /** Empty for the file itself. */
  readonly title: string;
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly info: WasmModule;
}

/** A file with its core modules, each known by its outline. */
export interface ModuleFile {
  readonly bytes: Uint8Array;
  readonly info: WasmModule;
  readonly parts: readonly Part[];
}

/** More modules than this in one component are left out of what is shown. */
const mostParts = 1000;

/** Reads the outline of a file and of the modules inside it. Throws UserError 'bad-module'. */
export function openModule(bytes: Uint8Array, label: string): ModuleFile {
  const info = readModule(bytes, label);
  if (info.kind !== 'component') return { bytes, info, parts: [{ title: '', offset: 0, bytes, info }] };
  const inner = info.sections.filter(section => section.name === 'core module' && !section.custom).slice(0, mostParts);
  const parts = inner.map((section, i): Part => {
    const title = l10n.t('module {0}', i);
    const part = bytes.subarray(section.payloadOffset, section.payloadOffset + section.size);
    return { title, offset: section.payloadOffset, bytes: part, info: readModule(part, title) };
  });
  return { bytes, info, parts };
}
