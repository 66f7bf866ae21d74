import * as l10n from '@vscode/l10n';
import { isUserError, messageOf } from '../../base/error';
import { embeddedObjection } from '../../run/abilities';
import { moduleText } from '../../run/moduleText';
import { symbolizerOf } from '../../run/hosting/symbols';
import { showTrap } from '../../run/hosting/traps';
import { readModule } from '../../wasm/read';
import { askedBy } from '../../wasi/capabilities';
import { runOnCopies } from '../../wasi/browser/run';
import { assemble } from '../../wat/assemble';
import type { Asked, Told } from './messages';

// A worker of the page: a program runs here and nowhere else, so that ending the worker ends the program.

/** What a worker's global is, as far as it matters here. */
interface Scope {
  postMessage(told: Told): void;
  addEventListener(type: 'message', heard: (event: { readonly data: Asked }) => void): void;
}
const scope = globalThis as unknown as Scope;
const tell = (told: Told): void => { scope.postMessage(told); };

class Refused extends Error {}

/** The module that a file holds: text is assembled. */
function moduleOf(name: string, bytes: Uint8Array): Uint8Array {
  if (!/\.wat$/i.test(name)) return bytes;
  const { bytes: made, diagnostics } = assemble(new TextDecoder().decode(bytes));
  if (made !== undefined) return made;
  throw new Refused(diagnostics.filter(one => one.kind !== 'hint').map(one => `${name}:${one.line}:${one.column}: ${one.message}`).join('\n'));
}

function answer(asked: Asked): Told {
  const bytes = moduleOf(asked.name, asked.bytes);
  if (asked.kind === 'assemble') return { kind: 'module', bytes };
  const info = readModule(bytes, asked.name);
  if (asked.kind === 'info') return { kind: 'text', text: moduleText(asked.name, info, askedBy(info.imports)) };
  const objection = embeddedObjection(info);
  if (objection !== undefined) throw new Refused(l10n.t("{0} can't run in a browser: {1}.", asked.name, objection));
  const module = new WebAssembly.Module(bytes);
  const { args, env, folders, stdin } = asked;
  const { code, trap, changes } = runOnCopies({
    module, args: [asked.name.replace(/\.wat$/i, '.wasm'), ...args], env, folders,
    print: (chunk, error) => { tell({ kind: 'printed', bytes: chunk, error }); },
    ...(stdin === undefined ? {} : { stdin }),
  });
  return { kind: 'ended', code: code ?? 134, changes, ...(trap === undefined ? {} : { trap: showTrap(trap, asked.name, symbolizerOf(bytes)) }) };
}

scope.addEventListener('message', ({ data }) => {
  try {
    tell(answer(data));
  } catch (error) {
    const expected = isUserError(error) || error instanceof Refused;
    tell({ kind: 'failed', message: expected ? messageOf(error) : l10n.t('The host failed: {0}.', messageOf(error)) });
  }
});
