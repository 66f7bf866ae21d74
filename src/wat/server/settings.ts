import type { FormatSettings } from './format';
import type { HintSettings } from './inlayHints';

/** What users can set of the server: `wasmWorkbench.wat.*`. */
export interface WatSettings { readonly format: FormatSettings; readonly inlayHints: HintSettings & { readonly enabled: boolean }; readonly codeLens: boolean }

export const defaults: WatSettings = { format: { maxBlankLines: 1 }, inlayHints: { enabled: true, indices: true, blockEnds: true, signatures: true }, codeLens: true };

/** Settings as the editor sent them; what is missing or of another kind is as by default. */
export function readSettings(given: unknown): WatSettings {
  const all = record(given);
  const format = record(all['format']);
  const hints = record(all['inlayHints']);
  const flag = (value: unknown, otherwise: boolean): boolean => (typeof value === 'boolean' ? value : otherwise);
  const blank = format['maxBlankLines'];
  return {
    format: { maxBlankLines: typeof blank === 'number' && blank >= 0 ? Math.floor(blank) : defaults.format.maxBlankLines },
    inlayHints: {
      enabled: flag(hints['enabled'], true), indices: flag(hints['indices'], true), blockEnds: flag(hints['blockEnds'], true), signatures: flag(hints['signatures'], true),
    },
    codeLens: flag(all['codeLens'], true),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {};
}
