import * as l10n from '@vscode/l10n';
import { ResponseError, TextDocumentSyncKind, type Connection, type InitializeResult } from 'vscode-languageserver';
import type { Position } from 'vscode-languageserver-types';
import { incomingCalls, outgoingCalls, prepareCalls } from './calls';
import { codeActions } from './codeActions';
import { codeLenses, resolveLens } from './codeLens';
import { completion, resolveCompletion } from './completion';
import { declaration, definition, typeDefinition } from './definition';
import { diagnostics } from './diagnostics';
import { documentSymbols, workspaceSymbols } from './documentSymbols';
import { Documents, readDocument } from './documents';
import { format, formatOnType } from './format';
import { hover } from './hover';
import { inlayHints } from './inlayHints';
import type { Opened } from './opened';
import { highlights, prepareRename, references, rename } from './references';
import { workspaceTexts } from './requests';
import { legend, SemanticTokens } from './semanticTokens';
import { defaults, readSettings } from './settings';
import { signatureHelp } from './signatureHelp';
import { folding, selectionRanges } from './structure';

/** What the server can do. */
const capabilities: InitializeResult['capabilities'] = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  completionProvider: { triggerCharacters: ['(', '$', '.', ' ', '"'], resolveProvider: true },
  hoverProvider: true, definitionProvider: true, declarationProvider: true, typeDefinitionProvider: true, referencesProvider: true, documentHighlightProvider: true,
  renameProvider: { prepareProvider: true }, documentSymbolProvider: true, workspaceSymbolProvider: true, foldingRangeProvider: true, selectionRangeProvider: true, callHierarchyProvider: true,
  signatureHelpProvider: { triggerCharacters: [' ', '('], retriggerCharacters: [')'] }, inlayHintProvider: true,
  semanticTokensProvider: { legend, full: { delta: true }, range: true },
  documentFormattingProvider: true, documentRangeFormattingProvider: true, documentOnTypeFormattingProvider: { firstTriggerCharacter: '\n', moreTriggerCharacter: [')', 'd', 'e'] },
  codeLensProvider: { resolveProvider: true }, codeActionProvider: { codeActionKinds: ['quickfix', 'refactor.rewrite'] },
};

/** Answers a client over a connection; the features themselves are functions of a document. */
export function serve(connection: Connection): void {
  const documents = new Documents();
  const tokens = new SemanticTokens();
  let settings = defaults;
  let canRefresh = false;
  let brief = false;

  connection.onInitialize(params => {
    const given = (params.initializationOptions ?? {}) as { readonly settings?: unknown; readonly l10n?: Record<string, string> };
    if (given.l10n !== undefined) l10n.config({ contents: given.l10n });
    settings = readSettings(given.settings);
    canRefresh = params.capabilities.workspace?.inlayHint?.refreshSupport === true;
    brief = params.capabilities.textDocument?.completion?.completionList?.itemDefaults?.includes('editRange') === true;
    return { capabilities, serverInfo: { name: 'Wasm Workbench WAT' } };
  });
  connection.onDidChangeConfiguration(({ settings: given }: { settings: unknown }) => {
    settings = readSettings(given);
    if (!canRefresh) return;
    void connection.languages.inlayHint.refresh();
    void connection.sendRequest('workspace/codeLens/refresh');
  });

  // Several changes may wait in line: mistakes are told once they are all in.
  const waiting = new Set<string>();
  const publish = (uri: string): void => {
    if (waiting.size === 0) {
      later(() => {
        const all = [...waiting];
        // Cleared first: what throws for one document must not silence all.
        waiting.clear();
        for (const one of all) {
          const opened = documents.get(one);
          if (opened !== undefined) void connection.sendDiagnostics({ uri: one, version: opened.lines.version, diagnostics: diagnostics(opened) });
        }
      });
    }
    waiting.add(uri);
  };
  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    documents.open(uri, languageId, version, text);
    publish(uri);
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    documents.change(uri, version, contentChanges);
    publish(uri);
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    documents.close(uri);
    tokens.forget(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  });

  const at = <T, E>(params: { readonly textDocument: { readonly uri: string } }, answer: (opened: Opened) => T, otherwise: E): T | E => {
    const opened = documents.get(params.textDocument.uri);
    return opened === undefined ? otherwise : answer(opened);
  };
  const here = <T>(answer: (opened: Opened, position: Position) => T) => (params: { readonly textDocument: { readonly uri: string }; readonly position: Position }) => at(params, opened => answer(opened, params.position) ?? null, null);
  connection.onHover(here(hover));
  connection.onDefinition(here(definition));
  connection.onDeclaration(here(declaration));
  connection.onTypeDefinition(here(typeDefinition));
  connection.onDocumentHighlight(here(highlights));
  connection.onReferences(params => at(params, opened => references(opened, params.position, params.context.includeDeclaration), []));
  connection.onPrepareRename(params => at(params, opened => refused(prepareRename(opened, params.position)), null));
  connection.onRenameRequest(params => at(params, opened => ({ changes: { [params.textDocument.uri]: refused(rename(opened, params.position, params.newName)) } }), null));
  connection.onCompletion(here((opened, position) => completion(opened, position, brief)));
  connection.onCompletionResolve(resolveCompletion);
  connection.onSignatureHelp(here(signatureHelp));
  connection.onDocumentSymbol(params => at(params, documentSymbols, []));
  connection.onFoldingRanges(params => at(params, folding, []));
  connection.onSelectionRanges(params => at(params, opened => selectionRanges(opened, params.positions), []));
  connection.languages.callHierarchy.onPrepare(here(prepareCalls));
  connection.languages.callHierarchy.onIncomingCalls(({ item }) => at({ textDocument: item }, opened => incomingCalls(opened, item), []));
  connection.languages.callHierarchy.onOutgoingCalls(({ item }) => at({ textDocument: item }, opened => outgoingCalls(opened, item), []));
  connection.languages.inlayHint.on(params => at(params, opened => (settings.inlayHints.enabled ? inlayHints(opened, params.range, settings.inlayHints) : []), []));
  connection.languages.semanticTokens.on(params => at(params, opened => tokens.full(opened), { data: [] }));
  connection.languages.semanticTokens.onRange(params => at(params, opened => tokens.full(opened, params.range), { data: [] }));
  connection.languages.semanticTokens.onDelta(params => at(params, opened => tokens.delta(opened, params.previousResultId), { data: [] }));
  connection.onDocumentFormatting(params => at(params, opened => format(opened, params.options, settings.format), []));
  connection.onDocumentRangeFormatting(params => at(params, opened => format(opened, params.options, settings.format, params.range), []));
  connection.onDocumentOnTypeFormatting(params => at(params, opened => formatOnType(opened, params.position, params.ch, params.options), []));
  connection.onCodeLens(params => at(params, opened => (settings.codeLens ? codeLenses(opened) : []), []));
  connection.onCodeLensResolve(lens => {
    const { uri } = (lens.data ?? {}) as { readonly uri?: string };
    return uri === undefined ? lens : at({ textDocument: { uri } }, opened => resolveLens(opened, lens), lens);
  });
  connection.onCodeAction(params => at(params, opened => codeActions(opened, params.range, params.context.diagnostics), []));
  connection.onWorkspaceSymbol(async ({ query }) => {
    const most = 500;
    const open = documents.all();
    const others = await connection.sendRequest<readonly { readonly uri: string; readonly text: string }[]>(workspaceTexts).catch(() => []);
    const closed = others.filter(({ uri }) => documents.get(uri) === undefined).map(({ uri, text }) => readDocument(uri, uri.endsWith('.wast') ? 'wast' : 'wat', 0, text));
    return [...open, ...closed].flatMap(opened => workspaceSymbols(opened, query, most)).slice(0, most);
  });
  connection.listen();
}

/** After what waits in line already; a browser has no setImmediate. */
const later = (then: () => void): void => { if (typeof setImmediate === 'function') setImmediate(then); else setTimeout(then, 0); };

/** A text instead of an answer is why there is none. */
function refused<T>(answer: T | string): T {
  if (typeof answer === 'string') throw new ResponseError(-32803, answer);
  return answer;
}
