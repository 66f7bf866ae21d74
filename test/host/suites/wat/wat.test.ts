import * as assert from 'node:assert/strict';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import { inside, next } from '../support';

// Every feature through the commands by which the editor itself asks for it: over the client, the protocol and the server's own process.

const uri = (name: string): vscode.Uri => vscode.Uri.file(inside(name));

/** The position in a document where a text is found, moved by `by` characters. */
function at(document: vscode.TextDocument, text: string, by = 0): vscode.Position {
  const offset = document.getText().indexOf(text);
  assert.notEqual(offset, -1, text);
  return document.positionAt(offset + by);
}

async function told(file: vscode.Uri, fits: (all: readonly vscode.Diagnostic[]) => boolean): Promise<readonly vscode.Diagnostic[]> {
  for (;;) {
    const all = vscode.languages.getDiagnostics(file);
    if (fits(all)) return all;
    await next(vscode.languages.onDidChangeDiagnostics, event => event.uris.some(one => one.toString() === file.toString()));
  }
}

const errors = (all: readonly vscode.Diagnostic[]): readonly vscode.Diagnostic[] => all.filter(one => one.severity === vscode.DiagnosticSeverity.Error);

/** Changes a document without saving, and takes it back after `during`. */
async function edited(document: vscode.TextDocument, range: vscode.Range, text: string, during: () => Promise<void>): Promise<void> {
  const change = async (where: vscode.Range, what: string): Promise<void> => {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, where, what);
    await vscode.workspace.applyEdit(edit);
  };
  const before = document.getText();
  await change(range, text);
  try {
    await during();
  } finally {
    await change(new vscode.Range(0, 0, document.lineCount, 0), before);
  }
}

suite('WebAssembly text', () => {
  let document: vscode.TextDocument;

  suiteSetup(async () => {
    document = await vscode.workspace.openTextDocument(uri('shapes.wat'));
    await vscode.window.showTextDocument(document);
    // The server is there once it answers: hints of what is unused come first.
    await told(document.uri, all => all.some(one => one.code === 'unused-import'));
  });

  test('mistakes are told as one types, with codes, and are gone when they are mended', async () => {
    assert.deepEqual(errors(vscode.languages.getDiagnostics(document.uri)), []);
    const place = at(document, '(local.get $b)');
    await edited(document, new vscode.Range(place, place.translate(0, '(local.get $b)'.length)), '(i64.const 1)', async () => {
      const [first] = errors(await told(document.uri, all => errors(all).length > 0));
      assert.equal(first?.code, 'type-mismatch');
    });
    await told(document.uri, all => errors(all).length === 0);
  });

  test('a quick fix mends a mistyped instruction', async () => {
    const place = at(document, 'i32.add (local');
    await edited(document, new vscode.Range(place, place.translate(0, 7)), 'i32.ad', async () => {
      await told(document.uri, all => all.some(one => one.code === 'unknown-instruction'));
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, new vscode.Range(place, place.translate(0, 6)));
      const fix = actions.find(action => action.title.includes('i32.add'));
      assert.ok(fix?.edit, actions.map(action => action.title).join());
      await vscode.workspace.applyEdit(fix.edit);
      await told(document.uri, all => errors(all).length === 0);
    });
  });

  test('completion offers names and what fits the stack first', async () => {
    const names = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, at(document, '(local.get $b)', 11));
    const labels = names.items.map(item => (typeof item.label === 'string' ? item.label : item.label.label));
    assert.ok(labels.includes('$a') && labels.includes('$b'), labels.join());
    const ops = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, at(document, 'call 2', 0));
    const rank = (label: string): string => ops.items.find(item => (typeof item.label === 'string' ? item.label : item.label.label) === label)?.sortText ?? '';
    assert.ok(rank('i32.eqz') < rank('f64.sqrt'), `${rank('i32.eqz')} ${rank('f64.sqrt')}`);
  });

  test('hover tells types, the stack and what an instruction does', async () => {
    const text = async (position: vscode.Position): Promise<string> => (await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, position))
      .flatMap(one => one.contents).map(content => (content instanceof vscode.MarkdownString ? content.value : '')).join('\n');
    assert.match(await text(at(document, 'i32.add (local', 2)), /\[i32 i32\] → \[i32\][^]*Sum/);
    assert.match(await text(at(document, 'call $add', 6)), /\(func \$add \(param \$a i32\) \(param \$b i32\) \(result i32\)\)/);
    assert.match(await text(at(document, '$fd_write', 2)), /WASI preview 1/);
  });

  test('definition, declaration, type definition, references and highlights', async () => {
    const use = at(document, 'call $add', 6);
    const lines = async (command: string, position: vscode.Position): Promise<number[]> => (await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(command, document.uri, position))
      .map(one => ('range' in one ? one.range : one.targetRange).start.line);
    assert.deepEqual(await lines('vscode.executeDefinitionProvider', use), [5]);
    assert.deepEqual(await lines('vscode.executeDeclarationProvider', use), [5]);
    assert.deepEqual(await lines('vscode.executeReferenceProvider', at(document, '$add', 1)), [5, 8]);
    assert.equal((await vscode.commands.executeCommand<vscode.DocumentHighlight[]>('vscode.executeDocumentHighlights', document.uri, at(document, '$limit', 2))).length, 2);
  });

  test('rename changes every place that names it', async () => {
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>('vscode.executeDocumentRenameProvider', document.uri, at(document, '$add', 1), '$sum');
    assert.equal(edit.get(document.uri).length, 2);
    await assert.rejects(async () => vscode.commands.executeCommand('vscode.executeDocumentRenameProvider', document.uri, at(document, '$add', 1), '$flat'), /another/);
  });

  test('outline, workspace symbols, folding and selections', async () => {
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
    assert.ok(symbols.some(symbol => symbol.name === '$twice'), symbols.map(symbol => symbol.name).join());
    const found = await vscode.commands.executeCommand<vscode.SymbolInformation[]>('vscode.executeWorkspaceSymbolProvider', 'double');
    assert.ok(found.some(symbol => symbol.location.uri.path.endsWith('lone.wat')), 'in a file that is not open');
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', document.uri);
    assert.ok(folds.some(fold => fold.start === 11 && fold.end === 14), JSON.stringify(folds));
    const [selection] = await vscode.commands.executeCommand<vscode.SelectionRange[]>('vscode.executeSelectionRangeProvider', document.uri, [at(document, '$b)))', 1)]);
    assert.equal(document.getText(selection?.range), '$b');
    assert.equal(document.getText(selection?.parent?.range), 'local.get $b');
  });

  test('calls of a function and to it', async () => {
    const [item] = await vscode.commands.executeCommand<vscode.CallHierarchyItem[]>('vscode.prepareCallHierarchy', document.uri, at(document, '$twice', 1));
    assert.ok(item);
    const outgoing = await vscode.commands.executeCommand<vscode.CallHierarchyOutgoingCall[]>('vscode.provideOutgoingCalls', item);
    assert.deepEqual(outgoing.map(call => call.to.name), ['$add']);
    const incoming = await vscode.commands.executeCommand<vscode.CallHierarchyIncomingCall[]>('vscode.provideIncomingCalls', item);
    assert.deepEqual(incoming.map(call => call.from.name), ['$flat']);
  });

  test('signature help follows the operands', async () => {
    const help = await vscode.commands.executeCommand<vscode.SignatureHelp>('vscode.executeSignatureHelpProvider', document.uri, at(document, ' (i32.const 22)', 1));
    assert.equal(help.signatures[0]?.label, 'call $add $a: i32 $b: i32');
    assert.equal(help.activeParameter, 1);
  });

  test('hints stand behind indices and ends', async () => {
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, new vscode.Range(0, 0, document.lineCount, 0));
    assert.deepEqual(hints.map(hint => hint.label), ['$twice', 'if']);
  });

  test('names are coloured by what they are', async () => {
    const legend = await vscode.commands.executeCommand<vscode.SemanticTokensLegend>('vscode.provideDocumentSemanticTokensLegend', document.uri);
    const tokens = await vscode.commands.executeCommand<vscode.SemanticTokens>('vscode.provideDocumentSemanticTokens', document.uri);
    assert.ok(legend.tokenTypes.includes('parameter'));
    assert.ok(tokens.data.length >= 5 * 12, String(tokens.data.length));
  });

  test('formatting sets indentation and spaces, and nothing else', async () => {
    const ugly = '(module\n(func   $f(result i32 )\ni32.const 1\nblock\nnop\nend\n)\n)';
    await edited(document, new vscode.Range(0, 0, document.lineCount, 0), ugly, async () => {
      const edits = await vscode.commands.executeCommand<vscode.TextEdit[]>('vscode.executeFormatDocumentProvider', document.uri, { tabSize: 2, insertSpaces: true });
      const edit = new vscode.WorkspaceEdit();
      edit.set(document.uri, edits);
      await vscode.workspace.applyEdit(edit);
      assert.equal(document.getText(), '(module\n  (func $f (result i32)\n    i32.const 1\n    block\n      nop\n    end\n  )\n)');
    });
  });

  test('lenses count references and run an export', async () => {
    const lone = await vscode.workspace.openTextDocument(uri('lone.wat'));
    await told(lone.uri, () => true);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', lone.uri, 10);
    const titles = lenses.map(lens => lens.command?.title);
    assert.ok(titles.includes('1 reference') && titles.includes('Run this export'), titles.join());
    const run = lenses.find(lens => lens.command?.title === 'Run this export' && lens.command.arguments?.[1] === 'seven')?.command;
    assert.ok(run);
    assert.deepEqual(await vscode.commands.executeCommand(run.command, ...run.arguments as unknown[]), ['7']);
  });

  test('a function is folded and unfolded', async () => {
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, new vscode.Range(at(document, '$twice'), at(document, '$twice')));
    assert.ok(actions.some(action => action.title.includes('flat')), actions.map(action => action.title).join());
  });

  test('scripts are checked, and what they say is understood', async () => {
    const script = await vscode.workspace.openTextDocument(uri('checks.wast'));
    assert.deepEqual(errors(vscode.languages.getDiagnostics(script.uri)), []);
    const place = at(script, '(i32.const 1)) (i32');
    await edited(script, new vscode.Range(place, place.translate(0, 13)), '(i64.const 1)', async () => {
      const [first] = errors(await told(script.uri, all => errors(all).length > 0));
      assert.equal(first?.code, 'assertion-type');
    });
  });
});
