import * as assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
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

  test("the embedded compiler's messages stand in the Problems view, warnings of a build that succeeds too, and go when mended", async function () {
    this.timeout(240_000);
    const file = join(workspace().uri.fsPath, 'greet.c');
    const source = readFileSync(file, 'utf8');
    const problems = (): readonly [vscode.DiagnosticSeverity, string, number][] => vscode.languages.getDiagnostics(vscode.Uri.file(file)).map(one => [one.severity, one.message, one.range.start.line]);
    const { Error, Warning } = vscode.DiagnosticSeverity;
    const cases = [
      [source.replace('FILE *file', 'FILE *fille'), Error, /undeclared identifier 'file'/, 4],
      [source.replace('  fprintf', '  int unused;\n  fprintf'), Warning, /unused variable 'unused'/, 8],
    ] as const;
    for (const [text, severity, message, line] of cases) {
      writeFileSync(file, text);
      await vscode.commands.executeCommand('wasmWorkbench.build', vscode.Uri.file(file));
      const [first] = problems();
      assert.ok(first !== undefined, 'no message was shown');
      assert.deepEqual([first[0], first[2]], [severity, line]);
      assert.match(first[1], message);
    }
    writeFileSync(file, source);
    await vscode.commands.executeCommand('wasmWorkbench.build', vscode.Uri.file(file));
    assert.deepEqual(problems(), []);
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
