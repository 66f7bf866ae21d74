import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../../src/base/error';
import { RunSession, type SessionHost, type Started } from '../../src/editor/runSession';

/** A session that is talked to as the editor would, and all it said. */
function converse(host: SessionHost): { ask(command: string, args?: object): DebugProtocol.Response; events(): string[]; said(): string; ended: Promise<void>; session: RunSession } {
  const messages: DebugProtocol.ProtocolMessage[] = [];
  let end: () => void = () => {};
  const ended = new Promise<void>(resolve => { end = resolve; });
  const session = new RunSession(host, message => {
    messages.push(message);
    if (message.type === 'event' && (message as DebugProtocol.Event).event === 'terminated') end();
  });
  let seq = 100;
  return {
    session, ended,
    ask(command, args) {
      session.handle({ type: 'request', seq: ++seq, command, arguments: args } as DebugProtocol.Request);
      const response = messages.find(message => message.type === 'response' && (message as DebugProtocol.Response).request_seq === seq);
      assert.ok(response, `${command} is answered`);
      return response as DebugProtocol.Response;
    },
    events: () => messages.filter(message => message.type === 'event').map(message => (message as DebugProtocol.Event).event),
    said: () => messages.filter(message => message.type === 'event' && (message as DebugProtocol.Event).event === 'output').map(message => (message as DebugProtocol.OutputEvent).body.output).join(''),
  };
}

function program(): { started: Started; exit(code: number | undefined): void; stops: number; lines: string[] } {
  let settle: (code: number | undefined) => void = () => {};
  const exit = new Promise<number | undefined>(resolve => { settle = resolve; });
  const made = {
    stops: 0, lines: [] as string[], exit: settle,
    started: { exit, pid: 42, stop() { made.stops++; settle(130); }, input(line: string) { made.lines.push(line); } },
  };
  return made;
}

function begin(talk: ReturnType<typeof converse>): void {
  assert.equal(talk.ask('initialize').success, true);
  assert.equal(talk.ask('launch', {}).success, true);
  talk.ask('configurationDone');
}

void test('a session begins, prints, takes input, and tells the exit code', async () => {
  const run = program();
  const talk = converse({ start: (_signal, output) => { output('hi\n', 'stdout'); return Promise.resolve(run.started); }, failed: assert.ifError, notice: 'no debugging' });
  begin(talk);
  await Promise.resolve();
  assert.deepEqual(talk.ask('setBreakpoints', { source: {}, breakpoints: [{ line: 3 }] }).body, { breakpoints: [{ verified: false, message: 'The program runs without debugging.' }] });
  assert.deepEqual(talk.ask('threads').body, { threads: [] });
  assert.equal(talk.ask('evaluate', { expression: 'one two', context: 'repl' }).success, true);
  assert.equal(talk.ask('evaluate', { expression: 'x', context: 'watch' }).success, false);
  assert.equal(talk.ask('stackTrace', {}).success, false);
  run.exit(3);
  await talk.ended;
  assert.deepEqual(run.lines, ['one two']);
  assert.equal(talk.said(), 'no debugging\nhi\nThe program ended with exit code 3.\n');
  assert.deepEqual(talk.events(), ['initialized', 'output', 'output', 'process', 'output', 'exited', 'terminated']);
});

void test('the stop button ends the program, once', async () => {
  const run = program();
  const talk = converse({ start: () => Promise.resolve(run.started), failed: assert.ifError });
  begin(talk);
  await Promise.resolve();
  assert.equal(talk.ask('terminate').success, true);
  await talk.ended;
  assert.equal(run.stops, 1);
  assert.equal(talk.events().filter(event => event === 'terminated').length, 1);
});

void test('stopping while it is built ends the build, and nothing is started or complained about', async () => {
  let failures = 0;
  const talk = converse({
    start: signal => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error); }); }),
    failed() { failures++; },
  });
  begin(talk);
  talk.ask('disconnect', {});
  await talk.ended;
  assert.equal(failures, 0);
  assert.deepEqual(talk.events(), ['initialized', 'terminated']);
});

void test('a program that was started while stop was pressed is stopped too', async () => {
  const run = program();
  const talk = converse({ start: signal => new Promise(resolve => { signal.addEventListener('abort', () => { resolve(run.started); }); }), failed: assert.ifError });
  begin(talk);
  talk.ask('terminate');
  await talk.ended;
  assert.equal(run.stops, 1);
});

void test('a build that fails ends the session, and the error is shown with its buttons', async () => {
  const failures: unknown[] = [];
  const error = new UserError('build-failed', 'hello does not compile: 1 error.');
  const talk = converse({ start: () => Promise.reject(error), failed(shown) { failures.push(shown); } });
  begin(talk);
  await talk.ended;
  assert.deepEqual(failures, [error]);
  assert.match(talk.said(), /1 error/);
  assert.ok(!talk.events().includes('exited'));
});

void test('a terminal that was closed has no exit code to tell', async () => {
  const run = program();
  const talk = converse({ start: () => Promise.resolve(run.started), failed: assert.ifError });
  begin(talk);
  run.exit(undefined);
  await talk.ended;
  assert.deepEqual(talk.events(), ['initialized', 'process', 'terminated']);
});

void test('a terminal window is asked of the editor, whose refusal is told', async () => {
  for (const success of [true, false]) {
    const run = program();
    const asked: DebugProtocol.RunInTerminalRequest[] = [];
    const faults: unknown[] = [];
    const session = new RunSession(
      { start: async (_signal, _output, openWindow) => { await openWindow({ args: ['a', 'b c'], cwd: '/x' }); run.exit(5); return run.started; }, failed: error => { faults.push(error); } },
      message => {
        if (message.type !== 'request') return;
        const request = message as DebugProtocol.RunInTerminalRequest;
        asked.push(request);
        session.handle({ type: 'response', seq: 7, request_seq: request.seq, command: request.command, success, ...(success ? {} : { message: 'no display' }) } as DebugProtocol.Response);
      },
    );
    session.handle({ type: 'request', seq: 1, command: 'configurationDone' } as DebugProtocol.Request);
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(asked.map(one => [one.command, one.arguments]), [['runInTerminal', { args: ['a', 'b c'], cwd: '/x', kind: 'external' }]]);
    assert.equal(faults.length, success ? 0 : 1);
    if (!success) assert.match(String(faults[0]), /could not open a terminal window: no display/);
  }
});
