import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { gone, inside, launch, next } from '../support';

const endOfInput = '\u0004';

suite('running', () => {
  test('a program reads what is typed into its terminal, sees its folder, and its exit code is told', async () => {
    const { exitCode } = await launch({ name: 'typed', program: 'greet', args: ['5'], preopens: ['${workspaceFolder}::/'] }, () => {
      const terminal = vscode.window.terminals.find(one => one.name.includes('typed'));
      assert.ok(terminal, `no terminal among ${vscode.window.terminals.map(one => one.name).join(', ')}`);
      terminal.sendText('Ada', true);
      terminal.sendText(endOfInput, false);
    });
    assert.equal(exitCode, 5);
    assert.equal(readFileSync(inside('greeting.txt'), 'utf8'), 'Hello, Ada\n');
  });

  test('the Debug Console shows what it prints, and feeds it a file', async () => {
    await vscode.workspace.fs.writeFile(vscode.Uri.file(inside('names.txt')), Buffer.from('Bob\nÜnal\n'));
    const { exitCode, output } = await launch({ program: 'greet', console: 'internalConsole', stdin: 'names.txt', preopens: [{ host: '${workspaceFolder}', guest: '/' }] });
    assert.equal(exitCode, 0);
    assert.match(output, /Hello, Bob\nHello, Ünal\n/);
  });

  test('a .wat file runs without any project around it', async () => {
    assert.equal((await launch({ program: '${workspaceFolder}/tools/answer.wat' })).exitCode, 42);
  });

  for (const console of ['integratedTerminal', 'internalConsole']) {
    test(`the stop button ends a program that loops for ever (${console})`, async () => {
      let pid = 0;
      const tracker = vscode.debug.registerDebugAdapterTrackerFactory('wasi', {
        createDebugAdapterTracker: () => ({
          onDidSendMessage(message: { event?: string; body?: { systemProcessId?: number } }) {
            if (message.event === 'process') pid = message.body?.systemProcessId ?? 0;
          },
        }),
      });
      await launch({ program: 'looped/loop.wat', console }, session => vscode.debug.stopDebugging(session));
      tracker.dispose();
      assert.notEqual(pid, 0);
      await gone(pid);
    });
  }

  test('a program that is not there, and a preopened folder that is not there, are said', async () => {
    const missing = await launch({ program: 'nowhere', console: 'internalConsole' });
    assert.match(missing.output, /nowhere/);
    assert.equal(missing.exitCode, undefined);
    const folder = await launch({ program: 'tools/answer.wat', console: 'internalConsole', preopens: ['no-such-folder'] });
    assert.match(folder.output, /no-such-folder/);
    assert.equal(folder.exitCode, 1);
  });

  test('F5 without a launch.json runs the project of the open file', async () => {
    await vscode.window.showTextDocument(vscode.Uri.file(inside('tools', 'answer.wat')));
    const codes: (number | undefined)[] = [];
    const tracker = vscode.debug.registerDebugAdapterTrackerFactory('wasi', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage(message: { event?: string; body?: { exitCode?: number } }) {
          if (message.event === 'exited') codes.push(message.body?.exitCode);
        },
      }),
    });
    const over = next(vscode.debug.onDidTerminateDebugSession, session => session.type === 'wasi');
    // What the editor hands over then: a type and nothing else.
    assert.ok(await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { type: 'wasi', request: '', name: '' }));
    await over;
    tracker.dispose();
    assert.deepEqual(codes, [42]);
  });

  test('Run, and Run Again, start the project of the view or the file', async () => {
    for (const [command, given] of [['wasmWorkbench.run', vscode.Uri.file(inside('tools', 'answer.wat'))], ['wasmWorkbench.runAgain', undefined]] as const) {
      const ended = next(vscode.tasks.onDidEndTaskProcess, event => event.execution.task.definition.type === 'wasi-run');
      await vscode.commands.executeCommand(command, given);
      assert.equal((await ended).exitCode, 42, command);
    }
  });
});
