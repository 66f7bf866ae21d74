import * as l10n from '@vscode/l10n';
import { sizeText } from '../base/sizes';
import type { ImageReport } from './inspect';

/** The rows that tell a traditional image from a Wasm image, as name, first and second. */
export function traitRows(before: ImageReport, after: ImageReport): readonly (readonly [string, string, string])[] {
  const row = (name: string, of: (report: ImageReport) => string): readonly [string, string, string] => [name, of(before), of(after)];
  return [
    row(l10n.t('Platform'), each => each.platform),
    row(l10n.t('Size stored'), each => sizeText(each.size)),
    row(l10n.t('Size unpacked'), each => sizeText(each.unpacked)),
    row(l10n.t('Layers'), each => String(each.layers.length)),
    row(l10n.t('Files'), each => String(each.files)),
    row(l10n.t('Wasm modules'), each => String(each.modules.length)),
    row(l10n.t('Native executables'), each => String(each.traits.executables)),
    row(l10n.t('Set-user-id programs'), each => String(each.traits.setuid)),
    row(l10n.t('Shell'), each => each.traits.shell ?? l10n.t('none')),
    row(l10n.t('In the root folder'), each => (each.traits.root.length > 6 ? l10n.t('{0} entries', each.traits.root.length) : each.traits.root.join(' '))),
    row(l10n.t('Environment variables'), each => String((each.config.Env ?? []).length)),
    row(l10n.t('User'), each => (each.config.User === undefined || each.config.User === '' ? 'root' : each.config.User)),
    row(l10n.t('Starts'), each => [...(each.config.Entrypoint ?? []), ...(each.config.Cmd ?? [])].join(' ')),
    row(l10n.t('Efficiency'), each => `${(each.waste.efficiency * 100).toFixed(1)} %`),
  ];
}
