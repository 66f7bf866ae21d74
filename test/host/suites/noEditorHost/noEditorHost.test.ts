import * as assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { launch } from '../support';

suite("the editor's host is not installed", () => {
  test('the default host serves, and says so', async () => {
    const { exitCode, output } = await launch({ program: '${workspaceFolder}/hello.wat', preopens: ['${workspaceFolder}::/'], runtime: 'editor', console: 'internalConsole' });
    assert.equal(exitCode, 3);
    assert.match(output, /ms-vscode\.wasm-wasi-core\) is not installed, so that the program runs in the embedded host[^]*Hello, host\n/);
  });
});
