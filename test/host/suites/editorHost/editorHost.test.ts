import * as assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { findProgram } from '../../../../src/base/find';
import { inside, launch } from '../support';

// One configuration in every host; the editor's is the real extension where WASI_CORE_EXTENSION names its folder, else a stub of it.

interface Asked { readonly name?: string; readonly terminated?: string; readonly mounts?: unknown; readonly stdio?: unknown; readonly env?: unknown; readonly args?: unknown }
const stubbed = process.env['WASI_CORE_EXTENSION'] === undefined;

async function asked(): Promise<readonly Asked[]> {
  const core = vscode.extensions.getExtension<{ asked?: readonly Asked[] }>('ms-vscode.wasm-wasi-core');
  assert.ok(core);
  return (await core.activate()).asked ?? [];
}

const hosts = ['embedded', 'node', 'editor', ...['wasmedge', 'wasmtime'].filter(name => 'path' in findProgram([name]))];
const hello = { program: '${workspaceFolder}/hello.wat', preopens: ['${workspaceFolder}::/'] };

suite('hosts', () => {
  for (const runtime of hosts) {
    test(`${runtime}: the same configuration prints the same, makes the same file and ends the same`, async () => {
      rmSync(inside('made.txt'), { force: true });
      const { exitCode, output } = await launch({ ...hello, runtime, console: 'internalConsole' });
      assert.equal(exitCode, 3, output);
      assert.match(output, /Hello, host\n/);
      assert.ok(existsSync(inside('made.txt')));
    });
  }

  test("the editor's host gets a terminal, the folders, arguments and environment", async () => {
    const { exitCode } = await launch({ ...hello, runtime: 'editor', args: ['a b'], env: { KEY: 'v' } });
    assert.equal(exitCode, 3);
    assert.ok(vscode.window.terminals.some(terminal => terminal.name.includes('test')));
    if (!stubbed) return;
    const last = (await asked()).filter(one => one.name !== undefined).at(-1);
    assert.deepEqual(last, { name: 'hello.wasm', args: ['a b'], env: { KEY: 'v' }, mounts: [['vscodeFileSystem', '/']], stdio: ['terminal', 'terminal', 'terminal'] });
  });

  test('a program that traps there never tells: Stop ends it', async () => {
    const { exitCode, output } = await launch({ ...hello, program: '${workspaceFolder}/trap.wat', runtime: 'editor', console: 'internalConsole' }, session => vscode.debug.stopDebugging(session));
    assert.match(output, /^going\n/);
    assert.equal(exitCode, 1);
    if (stubbed) assert.ok((await asked()).some(one => one.terminated === 'trap.wasm'));
  });

  test('the end of the time limit, and of its terminal, is the end of the program', async () => {
    const limited = await launch({ ...hello, program: '${workspaceFolder}/trap.wat', runtime: 'editor', limits: { time: 0.2 } });
    assert.equal(limited.exitCode, 1);
    const closed = await launch({ ...hello, name: 'closed', program: '${workspaceFolder}/trap.wat', runtime: 'editor' }, () => {
      vscode.window.terminals.find(terminal => terminal.name === 'closed')?.dispose();
    });
    assert.equal(closed.exitCode, 1);
  });

  test('what that host has not is said before anything starts', async () => {
    const { exitCode, output } = await launch({ ...hello, preopens: ['${workspaceFolder}::/::ro'], runtime: 'editor', console: 'internalConsole' });
    assert.equal(exitCode, undefined);
    assert.match(output, /Runtime editor has no read-only folders/);
  });

  test('a server is reached at the address that it is given, and Stop ends it', async () => {
    let page = '';
    let url = '';
    let output = '';
    // The program tells where it listens on its standard error, as our command line does in a terminal.
    const tracker = vscode.debug.registerDebugAdapterTrackerFactory('wasi', {
      createDebugAdapterTracker: session => ({
        onDidSendMessage(message: { event?: string; body?: { output?: string } }) {
          output += message.event === 'output' ? message.body?.output ?? '' : '';
          const found = /Listening at [^ ]+: (\S+)\n/.exec(output)?.[1];
          if (found === undefined || url !== '') return;
          url = found;
          void fetch(url).then(async answer => { page = await answer.text(); }).finally(() => vscode.debug.stopDebugging(session));
        },
      }),
    });
    try {
      await launch({ program: '${workspaceFolder}/server.wat', listen: ['127.0.0.1:0'], console: 'internalConsole' });
    } finally {
      tracker.dispose();
    }
    assert.equal(page, '<title>Wasm</title><h1>Hello from a WebAssembly server!</h1>', output);
    await assert.rejects(fetch(url), 'somebody still listens');
  });

  test('what a module may ask for, and what a run would be given', async () => {
    await vscode.commands.executeCommand('wasmWorkbench.showCapabilities', vscode.Uri.file(inside('hello.wat')));
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.equal(vscode.window.activeTextEditor?.document.isDirty, false);
    assert.match(text, /Runs in Embedded host[^]*Asks for +file \(path_open\)[^]*Is given/);
  });

  test('a trace has an output channel of its own', async () => {
    const { exitCode, output } = await launch({ ...hello, trace: true, console: 'internalConsole' });
    assert.equal(exitCode, 3);
    assert.doesNotMatch(output, /fd_write/);
    const shown = (): string => vscode.workspace.textDocuments.filter(document => document.uri.scheme === 'output').map(document => document.getText()).join('\n');
    for (const until = Date.now() + 10_000; !/us\/call/.test(shown()) && Date.now() < until;) await new Promise(done => setTimeout(done, 50));
    assert.match(shown(), /fd_write\(1, "Hello, host\\n"\) = 12\npath_open\(3, 0, "made\.txt", CREAT, [^\n]*\) = 4\nproc_exit\(3\)/);
  });
});
