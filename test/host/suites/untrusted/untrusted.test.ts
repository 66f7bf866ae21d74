import * as assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { folderAt, inside } from '../support';

suite('in a workspace that is not trusted', () => {
  test('the extension is there, and offers nothing to build', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await vscode.extensions.getExtension('wasm-workbench.wasm-workbench')?.activate();
    assert.deepEqual(await vscode.tasks.fetchTasks({ type: 'wasi' }), []);
  });

  test('nothing is built or run, whoever asks', async () => {
    const file = vscode.Uri.file(inside('tools', 'answer.wat'));
    assert.equal(await vscode.commands.executeCommand('wasmWorkbench.build', file), undefined);
    await vscode.commands.executeCommand('wasmWorkbench.run', file);
    await vscode.commands.executeCommand('wasmWorkbench.convertToWasm', file);
    assert.equal(await started({ type: 'wasi', request: 'launch', name: 'x', program: 'tools/answer.wat' }), false);
    assert.deepEqual(vscode.tasks.taskExecutions, []);
    assert.equal(vscode.debug.activeDebugSession, undefined);
    assert.ok(!existsSync(inside('tools', '.wasm-workbench')) && !existsSync(inside('tools', 'answer.wasm')));
  });
});

async function started(configuration: vscode.DebugConfiguration): Promise<boolean> {
  return vscode.debug.startDebugging(folderAt(0), configuration).then(value => value, () => false);
}
