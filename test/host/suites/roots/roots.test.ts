import * as assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { folderAt, next, perform } from '../support';

suite('a workspace of several folders', () => {
  test('each folder has its tasks, and a task builds in its own', async () => {
    const tasks = (await vscode.tasks.fetchTasks({ type: 'wasi' })).filter(task => task.name === 'Build app.wat (debug)');
    assert.deepEqual(tasks.map(task => typeof task.scope === 'object' ? task.scope.name : task.scope).sort(), ['one', 'two']);
    const second = tasks.find(task => typeof task.scope === 'object' && task.scope.name === 'two');
    assert.ok(second);
    assert.equal(await perform(second), 0);
    const module = (index: number): string => join(folderAt(index).uri.fsPath, 'app', '.wasm-workbench', 'debug', 'app.wasm');
    assert.deepEqual([existsSync(module(0)), existsSync(module(1))], [false, true]);
  });

  test('each file runs as the project of its own folder', async () => {
    for (const [index, code] of [[0, 1], [1, 2]] as const) {
      const ended = next(vscode.tasks.onDidEndTaskProcess, event => event.execution.task.definition.type === 'wasi-run');
      await vscode.commands.executeCommand('wasmWorkbench.run', vscode.Uri.joinPath(folderAt(index).uri, 'app', 'app.wat'));
      assert.equal((await ended).exitCode, code);
    }
  });
});
