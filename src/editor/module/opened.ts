import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { UserError } from '../../base/error';
import { sizeText } from '../../base/sizes';
import { symbolize, type Symbolizer } from '../../dwarf/symbolize';
import { openModule } from '../../wasm/view/parts';
import { Contents } from './contents';
import { parsePlace, textPlace, textScheme } from './place';
import { ModuleTexts } from './text';

/** A file that is larger than this is not held in memory. */
const largest = 1 << 30;
/** So many modules stay read after they were last looked at. */
const kept = 3;

/** A module file that is looked at: its bytes are read once for its page and for all its texts. */
export class Opened {
  readonly uri: vscode.Uri;
  readonly contents: Contents;
  readonly mtime: number;
  private readonly texts = new Map<number, ModuleTexts>();
  private readonly symbols = new Map<number, Symbolizer | undefined>();

  constructor(uri: vscode.Uri, contents: Contents, mtime: number) {
    this.uri = uri;
    this.contents = contents;
    this.mtime = mtime;
  }

  textsOf(part: number): ModuleTexts {
    let texts = this.texts.get(part);
    if (texts === undefined) {
      const one = this.contents.file.parts[part];
      if (one === undefined) throw new UserError('bad-module', l10n.t('{0} has no module {1}.', this.contents.name, part));
      this.texts.set(part, texts = new ModuleTexts(one.bytes));
    }
    return texts;
  }

  /** Tells source lines; undefined where the module has no debug information. */
  symbolsOf(part: number): Symbolizer | undefined {
    if (this.symbols.has(part)) return this.symbols.get(part);
    const one = this.contents.file.parts[part];
    const found = one?.info.hasDwarf === true ? symbolize(one.bytes) : undefined;
    this.symbols.set(part, found);
    return found;
  }

  /** Where the editor finds the text of a function, or of a whole module. */
  textUri(part: number, index: number | undefined): vscode.Uri {
    const name = index === undefined ? undefined : this.contents.indexes[part]?.name(index);
    const { file, query } = textPlace({ part, index }, name, this.uri.scheme);
    return this.uri.with({ scheme: textScheme, path: `${this.uri.path}/${file}`, query });
  }
}

const cache = new Map<string, Promise<Opened>>();

/** Reads a module, or gives it as it was read before, if its file is still the same. Throws UserError 'bad-module', 'io'. */
export async function opened(uri: vscode.Uri): Promise<Opened> {
  const key = uri.toString();
  const stat = await vscode.workspace.fs.stat(uri);
  const before = await cache.get(key)?.catch(() => undefined);
  if (before !== undefined && before.mtime === stat.mtime && before.contents.file.bytes.length === stat.size) return before;
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  if (stat.size > largest) throw new UserError('bad-module', l10n.t('{0} has {1}, more than can be looked into here ({2}).', name, sizeText(stat.size), sizeText(largest)));
  const reading = Promise.resolve(vscode.workspace.fs.readFile(uri)).then(bytes => new Opened(uri, new Contents(openModule(bytes, name), name), stat.mtime));
  cache.delete(key);
  cache.set(key, reading);
  for (const old of cache.keys()) if (cache.size > kept) cache.delete(old);
  return reading;
}

/** The module and the place in it that a text's address names. */
export async function placeOf(uri: vscode.Uri): Promise<{ readonly module: Opened; readonly part: number; readonly index: number | undefined }> {
  const place = parsePlace(uri.path, uri.query);
  if (place === undefined) throw vscode.FileSystemError.FileNotFound(uri);
  const module = await opened(uri.with({ scheme: place.scheme, path: place.module, query: '' }));
  return { module, part: place.part, index: place.index };
}
