import * as assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { folderAt, inside, perform, rewrite, taskNamed } from '../support';

const main = (): string => inside('greet', 'main.c');
const problems = (): readonly vscode.Diagnostic[] => vscode.languages.getDiagnostics(vscode.Uri.file(main()));

suite('building', () => {
  test('every project is offered as a task, nested ones and those of tasks.json too', async () => {
    const names = (await vscode.tasks.fetchTasks({ type: 'wasi' })).map(task => task.name);
    for (const name of ['Build greet (debug)', 'Build greet (release)', 'Build answer.wat (debug)', 'The answer']) assert.ok(names.includes(name), names.join(', '));
  });

  test('a task of tasks.json builds what it names, in its profile', async () => {
    assert.equal(await perform(await taskNamed('The answer')), 0);
    assert.ok(existsSync(inside('tools', '.wasm-workbench', 'release', 'answer.wasm')));
    assert.equal(await perform(await taskNamed('Nowhere')), 1);
  });

  test('an error stands in the Problems view at its place, and goes when it is fixed', async () => {
    const task = await taskNamed('Build greet (debug)');
    assert.equal(await perform(task), 0);
    assert.deepEqual(problems(), []);

    await rewrite(main(), text => text.replace('FILE *file', 'FILE *fille'));
    assert.equal(await perform(task), 1);
    const errors = problems().filter(problem => problem.severity === vscode.DiagnosticSeverity.Error);
    assert.ok(errors.length > 0, 'no error was reported');
    assert.match(errors[0]?.message ?? '', /undeclared identifier 'file'/);
    assert.equal(errors[0]?.range.start.line, 7);
    assert.equal(errors[0].range.start.character, 6);
    assert.equal(errors[0].source, 'clang');

    await rewrite(main(), text => text.replace('FILE *fille', 'FILE *file'));
    assert.equal(await perform(task), 0);
    assert.deepEqual(problems(), []);
  });

  test('the command builds the project of the file it is given, and tells the modules', async () => {
    const modules = await vscode.commands.executeCommand<readonly string[]>('wasmWorkbench.build', vscode.Uri.file(main()));
    assert.equal(modules.length, 1);
    assert.ok(modules.every(module => existsSync(module)), modules.join(', '));
    const [before] = await Promise.all(modules.map(module => vscode.workspace.fs.stat(vscode.Uri.file(module))));
    await vscode.commands.executeCommand('wasmWorkbench.build', vscode.Uri.file(main()));
    const [after] = await Promise.all(modules.map(module => vscode.workspace.fs.stat(vscode.Uri.file(module))));
    assert.equal(after?.mtime, before?.mtime, 'nothing changed, so nothing was built again');
  });

  test('the project that was built last is the one that the palette means', async () => {
    await vscode.commands.executeCommand('wasmWorkbench.build', vscode.Uri.file(inside('tools', 'answer.wat')));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const modules = await vscode.commands.executeCommand<readonly string[]>('wasmWorkbench.build');
    assert.match(modules[0] ?? '', /answer\.wasm$/);
  });

  test('cleaning takes away what was built, and nothing else', async () => {
    const modules = await vscode.commands.executeCommand<readonly string[]>('wasmWorkbench.build', vscode.Uri.file(main()));
    await vscode.commands.executeCommand('wasmWorkbench.clean', vscode.Uri.file(main()));
    assert.deepEqual(modules.filter(module => existsSync(module)), []);
    assert.ok(existsSync(main()) && existsSync(inside('greet', 'include', 'greeting.h')));
    assert.ok(existsSync(folderAt(0).uri.fsPath));
  });
});
