import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Definition } from '../../wat/wit/check';
import { formatWit } from '../../wat/wit/format';
import { hoverOf, occurrenceAt, sameDefinition } from '../../wat/wit/hover';
import type { Node } from '../../wat/wit/syntax';
import { outline, type OutlineEntry, type OutlineKind } from '../../wat/wit/outline';
import { parseWit } from '../../wat/wit/parser';
import type { Source } from '../../wat/wit/project';
import { WitProjects } from './projects';

const selector: vscode.DocumentSelector = { language: 'wit' };
/** After the last key. */
const delay = 150;

const kinds: Readonly<Record<OutlineKind, vscode.SymbolKind>> = {
  package: vscode.SymbolKind.Package, interface: vscode.SymbolKind.Interface, world: vscode.SymbolKind.Module, func: vscode.SymbolKind.Function, method: vscode.SymbolKind.Method,
  constructor: vscode.SymbolKind.Constructor, import: vscode.SymbolKind.Event, export: vscode.SymbolKind.Event, record: vscode.SymbolKind.Struct, variant: vscode.SymbolKind.Enum,
  enum: vscode.SymbolKind.Enum, flags: vscode.SymbolKind.Enum, type: vscode.SymbolKind.TypeParameter, resource: vscode.SymbolKind.Class, field: vscode.SymbolKind.Field, case: vscode.SymbolKind.EnumMember,
};

function rangeIn(document: vscode.TextDocument, { start, end }: Node): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/** A place in a file that need not be open. */
function locationOf({ uri, file }: Source, { start, end }: Node): vscode.Location {
  const position = (offset: number): vscode.Position => {
    const before = file.text.slice(0, offset);
    const line = before.split('\n').length - 1;
    return new vscode.Position(line, offset - before.lastIndexOf('\n') - 1);
  };
  return new vscode.Location(vscode.Uri.parse(uri, true), new vscode.Range(position(start), position(end)));
}

/** Language features of WIT: errors, outline, definitions, references, hover and formatting. */
export function registerWitFeatures(): vscode.Disposable {
  const projects = new WitProjects();
  const definitionAt = async (document: vscode.TextDocument, position: vscode.Position): Promise<{ definition: Definition; range: vscode.Range } | undefined> => {
    const found = occurrenceAt(await projects.check(document.uri), document.offsetAt(position));
    return found === undefined ? undefined : { definition: found.definition, range: rangeIn(document, found) };
  };
  return vscode.Disposable.from(
    diagnose(projects),
    vscode.languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: document => {
        const symbol = (one: OutlineEntry): vscode.DocumentSymbol => {
          const made = new vscode.DocumentSymbol(one.name, one.detail, kinds[one.kind], rangeIn(document, one.range), rangeIn(document, one.selection));
          made.children = one.children.map(symbol);
          return made;
        };
        return outline(parseWit(document.getText())).map(symbol);
      },
    }),
    vscode.languages.registerDefinitionProvider(selector, {
      provideDefinition: async (document, position) => {
        const found = await definitionAt(document, position);
        return found === undefined ? undefined : locationOf(found.definition.source, found.definition.name);
      },
    }),
    vscode.languages.registerReferenceProvider(selector, {
      provideReferences: async (document, position) => {
        const found = await definitionAt(document, position);
        if (found === undefined) return [];
        const project = await projects.project(document.uri);
        const sources = [...new Set(project.packages.flatMap(one => one.places.map(place => place.source)))];
        return (await Promise.all(sources.map(async source => sameDefinition(await projects.check(vscode.Uri.parse(source.uri, true)), found.definition).map(one => locationOf(source, one))))).flat();
      },
    }),
    vscode.languages.registerDocumentHighlightProvider(selector, {
      provideDocumentHighlights: async (document, position) => {
        const found = await definitionAt(document, position);
        return found === undefined ? [] : sameDefinition(await projects.check(document.uri), found.definition).map(one => new vscode.DocumentHighlight(rangeIn(document, one)));
      },
    }),
    vscode.languages.registerHoverProvider(selector, {
      provideHover: async (document, position) => {
        const found = await definitionAt(document, position);
        if (found === undefined) return undefined;
        const { code, docs, package: title } = hoverOf(found.definition);
        const text = new vscode.MarkdownString().appendCodeblock(code, 'wit');
        if (docs !== '') text.appendMarkdown(`${docs}\n\n`);
        if (title !== '' && found.definition.source.uri !== document.uri.toString()) text.appendMarkdown(l10n.t('package {0}', `\`${title}\``));
        return new vscode.Hover(text, found.range);
      },
    }),
    vscode.languages.registerDocumentFormattingEditProvider(selector, {
      provideDocumentFormattingEdits: (document, { tabSize, insertSpaces }) => {
        const text = document.getText();
        const lines = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
        const formatted = formatWit(text.replaceAll('\r\n', '\n'), { tabSize, insertSpaces }).replaceAll('\n', lines);
        return formatted === text ? [] : [vscode.TextEdit.replace(new vscode.Range(0, 0, document.lineCount, 0), formatted)];
      },
    }),
  );
}

/** Keeps the errors of open files true, those of their neighbours too when one changes. */
function diagnose(projects: WitProjects): vscode.Disposable {
  const shown = vscode.languages.createDiagnosticCollection('wit');
  const waiting = new Map<string, NodeJS.Timeout>();
  const isWit = (document: vscode.TextDocument): boolean => vscode.languages.match(selector, document) > 0;
  const check = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    const { problems } = await projects.check(document.uri);
    if (document.isClosed || document.version !== version) return;
    shown.set(document.uri, problems.map(problem => {
      const severity = problem.severity === 'warning' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error;
      const made = new vscode.Diagnostic(rangeIn(document, problem), problem.message, severity);
      made.source = 'wit';
      made.code = problem.code;
      return made;
    }));
  };
  const checkAll = (uri: vscode.Uri): void => {
    projects.changed(uri);
    const root = projects.rootUri(uri).toString();
    for (const document of vscode.workspace.textDocuments) if (isWit(document) && projects.rootUri(document.uri).toString() === root) void check(document);
  };
  const later = (uri: vscode.Uri): void => {
    projects.changed(uri);
    const root = projects.rootUri(uri).toString();
    clearTimeout(waiting.get(root));
    waiting.set(root, setTimeout(() => {
      waiting.delete(root);
      checkAll(uri);
    }, delay));
  };
  const watcher = vscode.workspace.createFileSystemWatcher('**/*.wit');
  for (const document of vscode.workspace.textDocuments) if (isWit(document)) void check(document);
  return vscode.Disposable.from(
    shown, watcher, watcher.onDidChange(later), watcher.onDidCreate(later), watcher.onDidDelete(later),
    vscode.workspace.onDidOpenTextDocument(document => { if (isWit(document)) checkAll(document.uri); }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => { if (isWit(document)) later(document.uri); }),
    vscode.workspace.onDidCloseTextDocument(document => {
      shown.delete(document.uri);
      if (isWit(document)) projects.changed(document.uri);
    }),
    new vscode.Disposable(() => { for (const timer of waiting.values()) clearTimeout(timer); }),
  );
}
