import * as assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { inside } from '../support';

// Listing tasks and starting a session through the editor's own ways asks for trust first, by a dialog that tests can't answer: what is
// tried here is what only the extension itself can refuse.
suite('in a workspace that is not trusted', () => {
  test('the extension is there, and says that it is limited', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const extension = vscode.extensions.getExtension('wasm-workbench.wasm-workbench');
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });

  for (const command of ['build', 'rebuild', 'run', 'debug', 'clean', 'convertToWasm']) {
    test(`${command} does nothing, whoever asks`, async () => {
      const file = vscode.Uri.file(inside('tools', 'answer.wat'));
      assert.equal(await vscode.commands.executeCommand(`wasmWorkbench.${command}`, file), undefined);
      assert.deepEqual(vscode.tasks.taskExecutions, []);
      assert.equal(vscode.debug.activeDebugSession, undefined);
      assert.ok(!existsSync(inside('tools', '.wasm-workbench')) && !existsSync(inside('tools', 'answer.wasm')));
    });
  }

  test("tools' paths that the folder sets are not used", () => {
    assert.equal(vscode.workspace.getConfiguration('wasmWorkbench').get('paths.wasmedge'), '');
  });
});
