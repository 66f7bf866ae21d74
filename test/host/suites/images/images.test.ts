import * as assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import { fillFolder } from '../../../tools/images';
import { inside } from '../support';

/** A row of the view, as its menus hand it to commands. */
interface Row {
  readonly kind: string;
  readonly id: string;
  readonly [key: string]: unknown;
}

const file = (name: string): Readonly<Record<string, unknown>> => ({ source: { kind: 'file', path: inside(name) } });
const uriOf = (layer: number, path: string): vscode.Uri => vscode.Uri.from({ scheme: 'wasm-image', path, query: JSON.stringify({ kind: 'file', at: file('demo.tar'), layer }) });
const image = (name: string): Row => ({ kind: 'image', id: name, label: name, detail: '', wasm: false, added: false, ...file(name) });
const entry = (layer: number, path: string, change: string, kind = 'file'): Row => ({
  kind: 'entry', id: path, parent: image('demo.tar'), at: file('demo.tar'), layer, mode: 'changes', shown: 1,
  row: { name: path.slice(path.lastIndexOf('/') + 1), path, kind, size: 10, mode: 0, uid: 0, gid: 0, mtime: 0, target: '', change, layer, order: 0, opens: false },
});
const tabs = (): readonly vscode.Tab[] => vscode.window.tabGroups.all.flatMap(group => group.tabs);
const run = (command: string, ...given: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(`wasmWorkbench.${command}`, ...given);
const text = async (uri: vscode.Uri): Promise<string> => Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();

suite('the Images view', () => {
  suiteSetup(async () => {
    await fillFolder(inside('.'));
    await vscode.workspace.getConfiguration('wasmWorkbench').update('docker.context', undefined, vscode.ConfigurationTarget.Workspace).then(() => {}, () => {});
  });

  test('opens an image file, and shows it', async () => {
    await run('openImage', vscode.Uri.file(inside('demo.tar')));
    await vscode.commands.executeCommand('wasmWorkbench.images.focus');
  });

  test('reads files of layers, each as its layer has it', async () => {
    assert.equal(await text(uriOf(0, '/etc/motd')), 'hello\n');
    assert.equal(await text(uriOf(1, '/etc/motd')), 'hello, world\n');
    const stat = await vscode.workspace.fs.stat(uriOf(1, '/etc/motd'));
    assert.deepEqual([stat.type, stat.size, stat.permissions], [vscode.FileType.File, 13, vscode.FilePermission.Readonly]);
    assert.deepEqual((await vscode.workspace.fs.readDirectory(uriOf(3, '/usr/lib'))).map(([name]) => name), ['new.so']);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.readFile(uriOf(3, '/none'))));
    await assert.rejects(Promise.resolve(vscode.workspace.fs.writeFile(uriOf(1, '/etc/motd'), Buffer.from('x'))));
  });

  test('opens a file of a layer in an editor, to read only', async () => {
    await run('open', entry(1, '/app/index.html', 'added'));
    assert.equal(vscode.window.activeTextEditor?.document.getText(), '<h1>Hello</h1>\n');
    assert.equal(vscode.window.activeTextEditor.document.languageId, 'html');
  });

  test('compares a file with the layer below', async () => {
    await run('compareWithLayerBelow', entry(1, '/etc/motd', 'modified'));
    const diff = tabs().find(tab => tab.input instanceof vscode.TabInputTextDiff);
    assert.ok(diff, 'there is a diff');
    assert.equal(diff.label, 'motd (layer 1 ↔ layer 2)');
  });

  test('extracts a folder', async () => {
    await run('extract', entry(1, '/app', 'added', 'directory'), vscode.Uri.file(inside('out')));
    assert.deepEqual(readdirSync(inside('out', 'app')).sort(), ['app.wasm', 'copy.html', 'hard.html', 'index.html']);
    assert.equal(readFileSync(join(inside('out'), 'app', 'hard.html'), 'utf8'), '<h1>Hello</h1>\n');
  });

  test('tells waste and compares two images', async () => {
    await run('showWaste', image('demo.tar'));
    await run('compareImages', image('demo.tar'), image('wasm.tar.gz'));
    const waste = vscode.Uri.from({ scheme: 'wasm-image', path: '/w.md', query: JSON.stringify({ kind: 'waste', at: file('demo.tar') }) });
    assert.match(await text(waste), /added by layer 1, deleted by 3/);
    const page = vscode.Uri.from({ scheme: 'wasm-image', path: '/x.md', query: JSON.stringify({ kind: 'comparison', at: file('demo.tar'), other: file('wasm.tar.gz'), names: ['a', 'b'] }) });
    assert.match(await text(page), /\| Shell \| \/bin\/sh \| none \|/);
  });

  test('shows the manifest and the config as they are', async () => {
    await run('showConfig', image('demo.tar'));
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /"Entrypoint": \[\s*"\/app\/app\.wasm"/);
  });
});
