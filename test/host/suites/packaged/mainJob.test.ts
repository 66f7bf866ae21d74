import * as assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

function workspace(): vscode.WorkspaceFolder {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return folder;
}

/** Resolves with an event's first value that fits. */
function next<T>(event: vscode.Event<T>, fits: (value: T) => boolean): Promise<T> {
  return new Promise(done => {
    const listener = event(value => {
      if (!fits(value)) return;
      listener.dispose();
      done(value);
    });
  });
}

suite('the packaged extension', () => {
  test('is the installed one, not one under development', () => {
    const extension = vscode.extensions.getExtension('wasm-workbench.wasm-workbench');
    assert.ok(extension);
    const files = readdirSync(extension.extensionPath);
    assert.ok(!files.includes('src') && !files.includes('node_modules'), files.join(', '));
    assert.match(extension.extensionPath, /extensions[\\/]wasm-workbench\.wasm-workbench-/);
  });

  test('builds a C file by its task', async function () {
    this.timeout(240_000);
    const tasks = await vscode.tasks.fetchTasks({ type: 'wasi' });
    assert.ok(tasks.length > 0, 'no task of type wasi was found');
    const task = tasks[0] as vscode.Task;
    const code = next(vscode.tasks.onDidEndTaskProcess, event => event.execution.task.name === task.name);
    await vscode.tasks.executeTask(task);
    assert.equal((await code).exitCode, 0);
  });

  test('runs it with an argument and a folder, and tells its exit code', async function () {
    this.timeout(240_000);
    const folder = workspace();
    let exitCode: number | undefined;
    const tracker = vscode.debug.registerDebugAdapterTrackerFactory('wasi', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage(message: { event?: string; body?: { exitCode?: number; output?: string } }) {
          if (message.event === 'exited') exitCode = message.body?.exitCode;
          if (message.event === 'output') console.log(message.body?.output ?? '');
        },
      }),
    });
    try {
      const name = 'Greet';
      const over = next(vscode.debug.onDidTerminateDebugSession, session => session.name === name);
      const configuration = { type: 'wasi', request: 'launch', name, program: 'greet.c', args: ['package'], preopens: ['${workspaceFolder}::/'] };
      assert.ok(await vscode.debug.startDebugging(folder, configuration, { noDebug: true }));
      await over;
      assert.equal(exitCode, 7);
      assert.equal(readFileSync(join(folder.uri.fsPath, 'greeting.txt'), 'utf8'), 'Hello, package\n');
    } finally {
      tracker.dispose();
    }
  });
});
