// Where the text of a module lies for the editor: `wasm-text:/folder/app.wasm/main [12].wat?0.12`.

export const textScheme = 'wasm-text';

/** What a text is of: a core module of a file, and one of its functions or (undefined) all of it. */
export interface TextPlace { readonly part: number; readonly index: number | undefined }

/** The last part of the path and the query of a text's address; `name` is what the module calls the function. */
export function textPlace(place: TextPlace, name: string | undefined, scheme: string): { readonly file: string; readonly query: string } {
  const plain = (name ?? 'function').replace(/::h[0-9a-f]{16}$/, '').replace(/[^\p{L}\p{N}_.$~+-]+/gu, '_').slice(0, 60);
  const file = place.index === undefined ? 'module.wat' : `${plain} [${place.index}].wat`;
  return { file, query: `${place.part}${place.index === undefined ? '' : `.${place.index}`}${scheme === 'file' ? '' : `&${scheme}`}` };
}

/** What an address says; undefined for one that we did not make. */
export function parsePlace(path: string, query: string): (TextPlace & { readonly module: string; readonly scheme: string }) | undefined {
  const match = /^(\d+)(?:\.(\d+))?(?:&([\w.+-]+))?$/.exec(query);
  const slash = path.lastIndexOf('/');
  if (match === null || slash <= 0) return undefined;
  return { part: Number(match[1]), index: match[2] === undefined ? undefined : Number(match[2]), scheme: match[3] ?? 'file', module: path.slice(0, slash) };
}
