import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from 'vscode-textmate';

const root = resolve(__dirname, '../../..');
interface Manifest { readonly contributes: { readonly grammars: readonly { readonly scopeName: string; readonly path: string }[] } }
const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** A text's pieces in order, each with its scopes joined by spaces. */
export interface Piece { readonly text: string; readonly scopes: string }

let registry: Registry | undefined;

/** The grammar of a scope name as the editor would load it: through the manifest, with the editor's own engine. */
export async function grammar(scopeName: string): Promise<IGrammar> {
  registry ??= new Registry({
    onigLib: loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'))).then(() => ({ createOnigScanner, createOnigString })),
    loadGrammar: name => {
      const found = contributes.grammars.find(one => one.scopeName === name);
      return Promise.resolve(found === undefined ? null : parseRawGrammar(readFileSync(join(root, found.path), 'utf8'), found.path));
    },
  });
  const found = await registry.loadGrammar(scopeName);
  if (found === null) throw new Error(`no grammar ${scopeName}`);
  return found;
}

/** Every piece of a text that is not only spaces. */
export function pieces(of: IGrammar, text: string): Piece[] {
  let state = INITIAL;
  return text.split('\n').flatMap(line => {
    const { tokens, ruleStack } = of.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({ text: line.slice(startIndex, endIndex), scopes: scopes.slice(1).join(' ') }));
  }).filter(piece => piece.text.trim() !== '');
}
