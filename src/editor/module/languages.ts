import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { SymbolFrame } from '../../dwarf/symbolize';
import { documentAt } from './files';
import { placeOf, type Opened } from './opened';
import { textScheme } from './place';

const selector: vscode.DocumentSelector = { scheme: textScheme };
const wordPattern = /\$"(?:[^"\\]|\\.)*"|[^\s();"]+/;

interface At { readonly module: Opened; readonly part: number; readonly index: number | undefined; readonly offset: number; readonly word: string; readonly range: vscode.Range }

/** What is at a position of a module's text. */
async function lookAt(document: vscode.TextDocument, position: vscode.Position): Promise<At | undefined> {
  const range = document.getWordRangeAtPosition(position, wordPattern);
  if (range === undefined) return undefined;
  const place = await placeOf(document.uri);
  const offset = (await documentAt(document.uri)).document.offsets[position.line] ?? -1;
  return offset < 0 ? undefined : { ...place, offset, word: document.getText(range), range };
}

/** The source frames of an instruction, innermost first. */
function framesOf({ module, part, offset }: At): readonly SymbolFrame[] {
  return (module.symbolsOf(part)?.ofFile(offset) ?? []).filter(frame => frame.path !== undefined && frame.line !== undefined);
}

async function sourceLocation(frame: SymbolFrame | undefined): Promise<vscode.Location | undefined> {
  if (frame?.path === undefined || frame.line === undefined) return undefined;
  const uri = vscode.Uri.file(frame.path);
  const there = await vscode.workspace.fs.stat(uri).then(() => true, () => false);
  return there ? new vscode.Location(uri, new vscode.Position(frame.line - 1, Math.max(0, (frame.column ?? 1) - 1))) : undefined;
}

const definitions: vscode.DefinitionProvider = {
  async provideDefinition(document, position) {
    const at = await lookAt(document, position);
    if (at === undefined) return undefined;
    const { module, part, index } = at;
    const texts = module.textsOf(part);
    const reference = texts.referenceAt(at.offset, at.word);
    if (reference?.space === 'func' && reference.index >= texts.imported) {
      const uri = index === undefined ? document.uri : module.textUri(part, reference.index);
      const line = index === undefined ? (await documentAt(document.uri)).document.lines.get(reference.index) ?? 0 : 0;
      return new vscode.Location(uri, new vscode.Position(line, 0));
    }
    // An instruction's own name leads to the source line that it was made of.
    return reference === undefined ? sourceLocation(framesOf(at)[0]) : undefined;
  },
};

const hovers: vscode.HoverProvider = {
  async provideHover(document, position) {
    const at = await lookAt(document, position);
    if (at === undefined) return undefined;
    const texts = at.module.textsOf(at.part);
    const named = texts.referenceAt(at.offset, at.word);
    const text = new vscode.MarkdownString();
    for (const one of named === undefined ? texts.referencesAt(at.offset) : [named]) text.appendCodeblock(texts.describe(one), 'wat');
    for (const frame of framesOf(at)) {
      const shown = `${frame.path}:${frame.line}`;
      text.appendMarkdown('\n\n').appendText(frame.inlined ? l10n.t('{0}, inlined, {1}', frame.name, shown) : l10n.t('{0}, {1}', frame.name, shown));
    }
    return text.value === '' ? undefined : new vscode.Hover(text, at.range);
  },
};

const lenses: vscode.CodeLensProvider = {
  async provideCodeLenses(document) {
    const { module, part, index } = await placeOf(document.uri);
    const top = new vscode.Range(0, 0, 0, 0);
    const found = [new vscode.CodeLens(top, { title: module.contents.name, command: 'wasmWorkbench.openModule', arguments: [module.uri] })];
    if (index === undefined) return found;
    const { document: text } = await documentAt(document.uri);
    for (const offset of text.offsets) {
      if (offset < 0) continue;
      const frames = module.symbolsOf(part)?.ofFile(offset) ?? [];
      const location = await sourceLocation(frames.at(-1));
      if (location === undefined) continue;
      const path = location.uri.path;
      const title = `${path.slice(path.lastIndexOf('/') + 1)}:${location.range.start.line + 1}`;
      found.push(new vscode.CodeLens(top, { title, command: 'vscode.open', arguments: [location.uri, { selection: location.range }] }));
      break;
    }
    return found;
  },
};

/** Registers what texts of modules offer; done when the first of them is opened. */
export function registerTextFeatures(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(selector, definitions),
    vscode.languages.registerHoverProvider(selector, hovers),
    vscode.languages.registerCodeLensProvider(selector, lenses),
  );
}
