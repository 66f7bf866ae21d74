import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, teardown, test } from 'mocha';
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { folderAt, gone, inside, next } from '../support';

const source = (name = 'main.c'): string => inside(name);

/** The line of a text in the source, from 1. */
function line(text: string, name = 'main.c'): number {
  const at = readFileSync(source(name), 'utf8').split('\n').findIndex(one => one.includes(text));
  assert.notEqual(at, -1, text);
  return at + 1;
}

/** A debug session that the editor drives, as its adapter's messages tell of it. */
class Debugging implements vscode.Disposable {
  session: vscode.DebugSession | undefined;
  exitCode: number | undefined;
  output = '';
  pid = 0;
  over = this.end();
  private readonly processes = new vscode.EventEmitter<void>();
  private readonly stops: DebugProtocol.StoppedEvent['body'][] = [];
  private readonly stopped = new vscode.EventEmitter<void>();
  private readonly tracker = vscode.debug.registerDebugAdapterTrackerFactory('wasi', {
    createDebugAdapterTracker: session => {
      this.session = session;
      return { onDidSendMessage: (message: DebugProtocol.Event) => { this.take(message); } };
    },
  });

  private take({ event, body }: DebugProtocol.Event): void {
    const { output, exitCode, systemProcessId } = (body ?? {}) as { output?: string; exitCode?: number; systemProcessId?: number };
    if (event === 'output') this.output += output ?? '';
    else if (event === 'exited') this.exitCode = exitCode;
    else if (event === 'process') {
      this.pid = systemProcessId ?? 0;
      this.processes.fire();
    }
    else if (event === 'stopped') {
      this.stops.push(body as DebugProtocol.StoppedEvent['body']);
      this.stopped.fire();
    }
  }

  async start(configuration: Readonly<Record<string, unknown>>): Promise<void> {
    assert.ok(await vscode.debug.startDebugging(folderAt(0), { type: 'wasi', request: 'launch', name: 'test', program: '${workspaceFolder}/main.c', ...configuration }));
  }

  private end(): Promise<unknown> {
    return next(vscode.debug.onDidTerminateDebugSession, session => session.id === this.session?.id);
  }

  /** What the restart button does: the adapter's restart request, or where it takes none the editor ends and starts the session. */
  async restart(): Promise<void> {
    const started = next(this.processes.event, () => true);
    await vscode.commands.executeCommand('workbench.action.debug.restart');
    await started;
    this.over = this.end();
  }

  async stop(): Promise<DebugProtocol.StoppedEvent['body']> {
    for (;;) {
      const first = this.stops.shift();
      if (first !== undefined) return first;
      const ended = await Promise.race([next(this.stopped.event, () => true), this.over.then(() => true as const)]);
      if (ended === true) assert.fail(`the session ended without a stop:\n${this.output}`);
    }
  }

  async ask<T>(command: string, args: object = {}): Promise<T> {
    return await this.session?.customRequest(command, args) as T;
  }

  async top(): Promise<DebugProtocol.StackFrame> {
    const { stackFrames } = await this.ask<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
    assert.ok(stackFrames[0]);
    return stackFrames[0];
  }

  async where(): Promise<string> {
    const { name, line: at } = await this.top();
    return `${name}:${at}`;
  }

  async locals(): Promise<{ reference: number; values: Record<string, string> }> {
    const { scopes } = await this.ask<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: (await this.top()).id });
    const reference = scopes[0]?.variablesReference ?? 0;
    const { variables } = await this.ask<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: reference });
    return { reference, values: Object.fromEntries(variables.map(one => [one.name, one.value])) };
  }

  async go(command: 'next' | 'stepIn' | 'stepOut'): Promise<string> {
    await this.ask(command, { threadId: 1 });
    await this.stop();
    return this.where();
  }

  dispose(): void {
    this.tracker.dispose();
    this.stopped.dispose();
    this.processes.dispose();
  }
}

function breakAt(text: string, name = 'main.c'): void {
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(vscode.Uri.file(source(name)), new vscode.Position(line(text, name) - 1, 0)))]);
}

suite('debugging', () => {
  let debugging = new Debugging();

  teardown(async () => {
    await vscode.debug.stopDebugging();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    debugging.dispose();
    debugging = new Debugging();
  });

  for (const console of [undefined, 'internalConsole', 'integratedTerminal']) {
    test(`a breakpoint stops, shows values, steps and changes them (console ${console ?? 'by default'})`, async () => {
      breakAt('int found = area');
      await debugging.start(console === undefined ? {} : { console });
      assert.equal((await debugging.stop()).reason, 'breakpoint');
      assert.equal(await debugging.where(), `main:${line('int found = area')}`);
      const { values } = await debugging.locals();
      assert.match(values['corner'] ?? '', /^\{x: 6, y: 7, label: 0x[\da-f]+ "far"\}$/);
      assert.equal((await debugging.ask<{ result: string }>('evaluate', { expression: 'corner.x * 2 + corner.y', frameId: (await debugging.top()).id, context: 'watch' })).result, '19');
      assert.equal(await debugging.go('stepIn'), `area:${line('int product')}`);
      assert.match((await debugging.locals()).values['corner'] ?? '', /^\{x: 6, y: 7, label: 0x[\da-f]+ "far"\}$/, 'a structure that was handed over');
      assert.equal(await debugging.go('next'), `area:${line('return product')}`);
      assert.equal((await debugging.locals()).values['product'], '42');
      assert.equal(await debugging.go('stepOut'), `main:${line('int found = area')}`);
      assert.equal(await debugging.go('next'), `main:${line('printf')}`);
      const again = await debugging.locals();
      await debugging.ask('setVariable', { variablesReference: again.reference, name: 'found', value: '45' });
      await debugging.ask('continue', { threadId: 1 });
      await debugging.over;
      assert.equal(debugging.exitCode, 3);
      // In a terminal of its own the program's output is not the console's.
      if (console === 'integratedTerminal') assert.doesNotMatch(debugging.output, /area 45/);
      else assert.match(debugging.output, /area 45\n/);
      await gone(debugging.pid);
    });
  }

  test('hover, watch, the console with what it completes, and assignments', async () => {
    breakAt('printf');
    await debugging.start({ console: 'internalConsole' });
    await debugging.stop();
    const frameId = (await debugging.top()).id;
    const evaluate = async (expression: string, context: string): Promise<string> => (await debugging.ask<{ result: string }>('evaluate', { expression, frameId, context })).result;
    assert.match(await evaluate('corner', 'hover'), /^\{x: 6, y: 7/);
    assert.equal(await evaluate('corner.x == 6 && found > 40', 'watch'), 'true');
    assert.equal(await evaluate('found = corner.x + 38', 'repl'), '44');
    const { targets } = await debugging.ask<DebugProtocol.CompletionsResponse['body']>('completions', { text: 'corner.', column: 8, frameId });
    assert.deepEqual(targets.map(one => one.label), ['x', 'y', 'label']);
    await debugging.ask('continue', { threadId: 1 });
    await debugging.over;
    assert.equal(debugging.exitCode, 2);
    assert.match(debugging.output, /area 44\n/);
  });

  test('C++ shows containers, steps past the library, and stops at a trap', async () => {
    const name = 'words.cpp';
    breakAt('int sum = total(words)', name);
    await debugging.start({ console: 'internalConsole', program: '${workspaceFolder}/words.cpp' });
    await debugging.stop();
    const { values } = await debugging.locals();
    assert.deepEqual([values['words'], values['ages'], values['owned']], ['size 2 {{text: "one", count: 1}, {text: "two", count: 2}}', 'size 2 {["ann"] = 31, ["bob"] = 42}', '{text: "owned", count: 7}']);
    assert.equal(await debugging.go('stepIn'), `total:${line('int sum = 0', name)}`);
    assert.equal(await debugging.go('next'), `total:${line('for (const Word', name)}`);
    assert.equal(await debugging.go('stepIn'), `total:${line('sum += word.count', name)}`);
    await debugging.ask('continue', { threadId: 1 });
    const { reason, text } = await debugging.stop();
    assert.deepEqual([reason, await debugging.where()], ['exception', `main:${line('return sum /', name)}`]);
    assert.match(text ?? '', /division by zero/);
    assert.equal((await debugging.locals()).values['sum'], '3');
  });

  for (const console of ['internalConsole', 'integratedTerminal']) {
    test(`a restart runs the program anew, and a stop ends it (console ${console})`, async () => {
      breakAt('int found = area');
      await debugging.start({ console });
      await debugging.stop();
      const before = debugging.pid;
      await debugging.restart();
      assert.equal((await debugging.stop()).reason, 'breakpoint');
      assert.equal(await debugging.where(), `main:${line('int found = area')}`);
      assert.notEqual(debugging.pid, before);
      await gone(before);
      const { over } = debugging;
      await vscode.debug.stopDebugging();
      await over;
      await gone(debugging.pid);
    });
  }

  test('a trap stops at its line, and ends with 134', async () => {
    await debugging.start({ console: 'internalConsole', args: ['trap'] });
    const { reason, text } = await debugging.stop();
    assert.deepEqual([reason, await debugging.where()], ['exception', `main:${line('*(volatile int *)')}`]);
    assert.match(text ?? '', /out of bounds/);
    assert.equal((await debugging.locals()).values['found'], '42');
    await debugging.ask('continue', { threadId: 1 });
    await debugging.over;
    assert.equal(debugging.exitCode, 134);
  });

  test('a loop is paused, and the stop button ends its process', async () => {
    breakAt('printf');
    await debugging.start({ console: 'internalConsole', args: ['loop'] });
    await debugging.stop();
    await debugging.ask('continue', { threadId: 1 });
    await debugging.ask('pause', { threadId: 1 });
    assert.equal((await debugging.stop()).reason, 'pause');
    assert.notEqual(debugging.pid, 0);
    await vscode.debug.stopDebugging(debugging.session);
    await debugging.over;
    await gone(debugging.pid);
  });

  test('stopOnEntry stops in main', async () => {
    await debugging.start({ console: 'internalConsole', stopOnEntry: true });
    assert.equal((await debugging.stop()).reason, 'entry');
    assert.equal((await debugging.top()).name, 'main');
    await debugging.ask('continue', { threadId: 1 });
    await debugging.over;
    assert.equal(debugging.exitCode, 0);
  });
});
