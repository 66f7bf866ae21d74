import * as assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import { textPlace, textScheme } from '../../../../src/editor/module/place';
import { inside, next } from '../support';

const module = (name: string): vscode.Uri => vscode.Uri.file(inside(name));

/** Where the editor finds the text of a function of a module. */
function textUri(name: string, index: number, title: string): vscode.Uri {
  const { file, query } = textPlace({ part: 0, index }, title, 'file');
  const uri = module(name);
  return uri.with({ scheme: textScheme, path: `${uri.path}/${file}`, query });
}

async function shown(): Promise<vscode.TextDocument> {
  const document = vscode.window.activeTextEditor?.document;
  assert.ok(document);
  await vscode.window.showTextDocument(document);
  return document;
}

/** The position behind the first letter of a text. */
function at(document: vscode.TextDocument, text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  assert.notEqual(offset, -1, `${text} in ${document.getText()}`);
  return document.positionAt(offset + 1);
}

const definitions = (document: vscode.TextDocument, position: vscode.Position): Thenable<vscode.Location[]> =>
  vscode.commands.executeCommand<vscode.Location[]>('vscode.executeDefinitionProvider', document.uri, position);

async function hover(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, position);
  return found.flatMap(one => one.contents.map(part => (part instanceof vscode.MarkdownString ? part.value : ''))).join('\n');
}

suite('modules', () => {
  suiteSetup(async () => {
    await vscode.commands.executeCommand('wasmWorkbench.convertToWasm', module('other.wat'));
  });

  test('a module opens in its own editor, which stays a choice', async () => {
    await vscode.commands.executeCommand('wasmWorkbench.openModule', module('other.wasm'));
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputCustom);
    assert.equal(input.viewType, 'wasmWorkbench.module');
  });

  test('a small module opens as text, where calls lead to functions', async () => {
    await vscode.commands.executeCommand('wasmWorkbench.convertToWat', module('other.wasm'));
    const document = await shown();
    assert.equal(document.uri.scheme, textScheme);
    assert.equal(document.languageId, 'wat');
    const [found] = await definitions(document, at(document, '$helper\n'));
    assert.ok(found !== undefined);
    assert.match(document.lineAt(found.range.start.line).text, /\(func \$helper/);
  });

  test('a function opens by itself: calls lead to other functions, hover declares what is named', async () => {
    const document = await vscode.workspace.openTextDocument(textUri('other.wasm', 2, 'main'));
    assert.match(document.getText(), /^ {2}\(func \$main \(;2;\)[^]*call \$helper\n {2}\)\n$/);
    await vscode.window.showTextDocument(document);
    const [found] = await definitions(document, at(document, '$helper'));
    assert.ok(found?.uri.scheme === textScheme);
    const helper = await vscode.workspace.openTextDocument(found.uri);
    assert.match(helper.getText(), /^ {2}\(func \$helper/);
    assert.match(await hover(document, at(document, '$helper')), /\(func \$helper \(;1;\) \(param i32\)\)/);
    assert.match(await hover(helper, at(helper, '$count')), /\(global \$count \(;0;\) \(mut i32\)\)/);
    assert.match(await hover(helper, at(helper, '$exit')), /func \$exit/);
  });

  test('texts of modules are read only', async () => {
    assert.equal(vscode.workspace.fs.isWritableFileSystem(textScheme), false);
    await assert.rejects(async () => { await vscode.workspace.fs.writeFile(textUri('other.wasm', 2, 'main'), new Uint8Array()); });
  });

  test('an instruction leads to its line of the source', async () => {
    const [path] = await vscode.commands.executeCommand<readonly string[] | undefined>('wasmWorkbench.build', module('sum.c')) ?? [];
    assert.ok(path !== undefined, 'not built');
    const name = vscode.workspace.asRelativePath(path);
    await vscode.commands.executeCommand('wasmWorkbench.convertToWat', vscode.Uri.file(path));
    const whole = await shown();
    const index = Number(/\(func \$sum \(;(\d+);\)/.exec(whole.getText())?.[1]);
    const document = await vscode.workspace.openTextDocument(textUri(name, index, 'sum'));
    await vscode.window.showTextDocument(document);
    const [found] = await definitions(document, at(document, 'i32.add'));
    assert.equal(found?.uri.fsPath, inside('sum.c'));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
    assert.ok(lenses.some(lens => /^sum\.c:\d+$/.test(lens.command?.title ?? '')), JSON.stringify(lenses.map(lens => lens.command?.title)));
    assert.match(await hover(document, at(document, 'i32.add')), /sum\.c:\d+/);
  });

  test('what a module is changes with its file', async () => {
    const uri = textUri('other.wasm', 2, 'main');
    const text = readFileSync(inside('other.wat'), 'utf8');
    writeFileSync(inside('changed.wat'), text.replace('i32.const 7', 'i32.const 8'));
    await vscode.commands.executeCommand('wasmWorkbench.convertToWasm', module('changed.wat'));
    writeFileSync(inside('other.wasm'), readFileSync(inside('changed.wasm')));
    assert.match(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)), /i32\.const 8/);
  });

  test('two modules are compared', async () => {
    writeFileSync(inside('longer.wat'), readFileSync(inside('other.wat'), 'utf8').replace('i32.const 7', 'nop nop i32.const 7'));
    await vscode.commands.executeCommand('wasmWorkbench.convertToWasm', module('longer.wat'));
    const both = [module('other.wasm'), module('longer.wasm')];
    await vscode.commands.executeCommand('wasmWorkbench.compareModules', both[0], both);
    assert.match((await shown()).getText(), /~ \+2 {2}main {2}6 -> 8/);
  });

  test('damage is told as a sentence', async () => {
    writeFileSync(inside('broken.wasm'), Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 3, 200]));
    await assert.rejects(async () => { await vscode.workspace.openTextDocument(textUri('broken.wasm', 0, 'x')); }, /broken\.wasm can't be read as a WebAssembly module/);
  });
});

suite('WIT', () => {
  const open = async (): Promise<vscode.TextDocument> => {
    const document = await vscode.workspace.openTextDocument(inside('wit', 'app.wit'));
    await vscode.window.showTextDocument(document);
    return document;
  };
  const errors = (uri: vscode.Uri): string[] => vscode.languages.getDiagnostics(uri).map(one => (typeof one.code === 'string' ? one.code : ''));
  const told = (uri: vscode.Uri): Promise<unknown> => next(vscode.languages.onDidChangeDiagnostics, event => event.uris.some(one => one.toString() === uri.toString()));

  test('mistakes are told as they are typed, and go when they are mended', async () => {
    const document = await open();
    assert.equal(document.languageId, 'wit');
    let broken = told(document.uri);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, at(document, 'write').translate(0, -1), 'lost: func(a: nothing);\n  ');
    await vscode.workspace.applyEdit(edit);
    while (errors(document.uri).length === 0) {
      await broken;
      broken = told(document.uri);
    }
    assert.deepEqual(errors(document.uri), ['unknown-type']);
    let mended = told(document.uri);
    await vscode.commands.executeCommand('undo');
    // What is told may be of the text before.
    while (errors(document.uri).length > 0) {
      await mended;
      mended = told(document.uri);
    }
  });

  test('definitions and hover reach into deps', async () => {
    const document = await open();
    const [found] = await definitions(document, at(document, 'output-stream>'));
    assert.equal(found?.uri.fsPath, inside('wit', 'deps', 'io', 'streams.wit'));
    assert.match(await hover(document, at(document, 'output-stream>')), /resource output-stream[^]*Bytes that go somewhere/);
    const [level] = await definitions(document, at(document, 'level, text'));
    assert.equal(level?.range.start.line, document.positionAt(document.getText().indexOf('level {')).line);
  });

  test('outline, references and formatting', async () => {
    const document = await open();
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
    assert.deepEqual(symbols.map(one => [one.name, one.children.map(child => child.name)]), [['log', ['level', 'write']], ['app', ['log', 'run']]]);
    const places = await vscode.commands.executeCommand<vscode.Location[]>('vscode.executeReferenceProvider', document.uri, at(document, 'output-stream>'));
    assert.deepEqual([...new Set(places.map(one => vscode.workspace.asRelativePath(one.uri)))].sort(), ['wit/app.wit', 'wit/deps/io/streams.wit']);
    const edits = await vscode.commands.executeCommand<vscode.TextEdit[]>('vscode.executeFormatDocumentProvider', document.uri, { tabSize: 2, insertSpaces: true });
    let text = document.getText();
    for (const edit of [...edits].reverse()) text = text.slice(0, document.offsetAt(edit.range.start)) + edit.newText + text.slice(document.offsetAt(edit.range.end));
    assert.match(text, /enum level \{\n {4}debug,\n {4}info,\n {4}error,\n {2}\}/);
  });
});
