import * as assert from 'node:assert/strict';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { Engine } from '../../../../src/engine/engine';
import { listWasmContainers, type WasmContainer } from '../../../../src/engine/list';
import { proveRuntime } from '../../../../src/engine/prove';
import { inside, next } from '../support';

const command = (id: string, ...args: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(`wasmWorkbench.${id}`, ...args);
const signal = AbortSignal.timeout(250_000);
const name = `wb-suite-${String(process.pid)}`;

async function row(title: string): Promise<WasmContainer | undefined> {
  return (await listWasmContainers(await Engine.at(), new Map(), signal)).find(one => one.title === title || one.name === title);
}

/** Asks again until it is so; fails after half a minute. */
async function until<T>(what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise(done => setTimeout(done, 100))) {
    const found = await ask();
    if (found !== undefined && found !== null && found !== false) return found;
  }
  assert.fail(`${what}: not within half a minute`);
}

/** All that a terminal shows and has scrolled away. */
async function textOf(terminal: vscode.Terminal): Promise<string> {
  terminal.show();
  await vscode.env.clipboard.writeText('');
  await vscode.commands.executeCommand('workbench.action.terminal.selectAll');
  await vscode.commands.executeCommand('workbench.action.terminal.copySelection');
  await vscode.commands.executeCommand('workbench.action.terminal.clearSelection');
  return vscode.env.clipboard.readText();
}

/** The text of the terminal so named that matches: a build's has the name of what it builds. */
const shows = (part: string, text: RegExp): Promise<string> => until(`${part} with ${String(text)}`, async () => {
  for (const terminal of vscode.window.terminals.filter(one => one.name.includes(part))) {
    const shown = await textOf(terminal);
    if (text.test(shown)) return shown;
  }
  return undefined;
});

suite('containers', () => {
  suiteSetup(async function () {
    if (process.env['WASM_WORKBENCH_ENGINE'] !== undefined) return;
    // A developer's own engine may have no WebAssembly.
    const proof = await proveRuntime(await Engine.at(), { runtime: 'io.containerd.wasmedge.v1' }, signal);
    if (!proof.works && process.env['CI'] === 'true') throw proof.error;
    if (!proof.works) this.skip();
  });

  suiteTeardown(async () => {
    await (await Engine.at()).docker.getContainer(name).remove({ force: true }).catch(() => {});
  });

  test('Run in Docker builds a C program, shows its output and exit code, and leaves no container', async () => {
    const ended = next(vscode.tasks.onDidEndTaskProcess, event => event.execution.task.definition.type === 'wasi-run');
    await command('runInDocker', vscode.Uri.file(inside('hello.c')));
    const { exitCode } = await ended;
    await shows('hello', /Hello from a container/);
    assert.equal(exitCode, 7);
    assert.equal(await row('hello.wasm'), undefined);
  });

  test('one that goes on is in the view, and its row stops it, shows its logs, starts it again and removes it', async () => {
    await command('containers.focus');
    const over = next(vscode.tasks.onDidEndTaskProcess, event => event.execution.task.definition.type === 'wasi-run');
    const started = await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], {
      type: 'wasi', request: 'launch', name: 'ticks', program: inside('ticks.c'), runtime: 'docker', docker: { name, remove: false },
    }, { noDebug: true });
    assert.ok(started);
    const running = await until('the container', async () => {
      const found = await row(name);
      return found?.state === 'running' ? found : undefined;
    });
    await shows('ticks', /tick 2/);
    await command('showLogs', running);
    await shows('Logs of', /tick 1[^]*tick 2/);
    await command('stop', running);
    assert.equal((await over).exitCode, 137);
    const stopped = await row(name);
    assert.equal(stopped?.state, 'exited');
    await shows('Logs of', /The container has ended/);
    await command('restart', stopped);
    const again = await row(name);
    assert.equal(again?.state, 'running');
    await command('stop', again);
    await command('removeContainer', await row(name));
    // The engine lists it for a moment longer.
    await until('its removal', async () => await row(name) === undefined);
    // Gone already is what was wanted.
    await command('removeContainer', stopped);
  });

  test('Check Docker ends with a list, which closes', async () => {
    let done = false;
    const asked = Promise.resolve(command('checkDocker')).then(() => { done = true; });
    // The list is not told of to extensions: closing it ends the command, and nothing else does.
    await until('the list', async () => {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return done;
    });
    await asked;
  });
});
