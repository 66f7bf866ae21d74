import * as assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { commandIds, fullId } from '../../../../src/editor/commandIds';
import { inside, next } from '../support';

// The extension is in the browser's extension host here (its manifest has no `main`); these tests are not, and reach it by its commands.

const uri = (name: string) => vscode.Uri.file(inside(name));
const run = (name: string) => vscode.commands.executeCommand<number | undefined>('wasmWorkbench.run', uri(name));

suite('in a browser', () => {
  test('a text is assembled and runs in the page, and what it makes lands in the folder', async () => {
    assert.ok(!existsSync(inside('made.txt')));
    assert.equal(await run('hello.wat'), 3);
    assert.equal(readFileSync(inside('made.txt'), 'utf8'), '');
    assert.ok(vscode.window.terminals.some(terminal => terminal.name === 'hello.wat'));
  });

  test('Convert to Wasm makes a module, which runs too, and Run Again', async () => {
    await vscode.commands.executeCommand('wasmWorkbench.convertToWasm', uri('hello.wat'));
    assert.ok(WebAssembly.validate(readFileSync(inside('hello.wasm'))));
    rmSync(inside('made.txt'));
    assert.equal(await run('hello.wasm'), 3);
    assert.ok(existsSync(inside('made.txt')));
    assert.equal(await vscode.commands.executeCommand('wasmWorkbench.runAgain'), 3);
  });

  test('a trap is 134', async () => {
    assert.equal(await run('trap.wat'), 134);
  });

  test('a program that loops for ever ends with its terminal', async () => {
    writeFileSync(inside('loop.wat'), '(module (memory (export "memory") 1) (func (export "_start") (loop $l (br $l))))');
    const opened = next(vscode.window.onDidOpenTerminal, terminal => terminal.name === 'loop.wat');
    const ended = run('loop.wat');
    (await opened).dispose();
    assert.equal(await ended, undefined);
  });

  test('what a module is, and mistakes in a text, are told', async () => {
    await vscode.commands.executeCommand('wasmWorkbench.showInfo', uri('hello.wat'));
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /command: a program with _start[^]*path_open/);
    writeFileSync(inside('wrong.wat'), '(module (func (export "_start") (i32.ad)))');
    assert.equal(await run('wrong.wat'), undefined);
  });

  test('the language server is a worker of the page, which tells mistakes as one types and answers', async () => {
    writeFileSync(inside('typed.wat'), '(module\n  (func $f (param $x i32) (i32.ad)))\n');
    const document = await vscode.workspace.openTextDocument(uri('typed.wat'));
    const wrong = (): boolean => vscode.languages.getDiagnostics(document.uri).some(one => one.code === 'unknown-instruction');
    const changed = (): Promise<unknown> => next(vscode.languages.onDidChangeDiagnostics, event => event.uris.some(one => one.toString() === document.uri.toString()));
    while (!wrong()) await changed();
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(1, 26, 1, 34), '(drop (local.get $x))');
    await vscode.workspace.applyEdit(edit);
    while (wrong()) await changed();
    const [found] = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, new vscode.Position(1, 44));
    assert.match((found?.contents ?? []).map(content => (content instanceof vscode.MarkdownString ? content.value : '')).join('\n'), /\$x/);
  });

  test('every command is there, those too that a browser has not', async () => {
    const known = await vscode.commands.getCommands(true);
    assert.deepEqual(commandIds.map(fullId).filter(id => !known.includes(id)), []);
  });
});
