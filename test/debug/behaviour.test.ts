import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { assemble } from '../../src/wat/assemble';
import { withEditor } from './dap';
import { fixture, lineOf, sourcesFolder } from './fixtures';

const line = (text: string): number => lineOf('shapes.c', text);
const found = line('int found = area');
const limit = { timeout: 60_000 };

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits until a process is no more: its end is told to nobody but its parent. */
async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 400 && isAlive(pid); i++) await sleep(25);
  assert.equal(isAlive(pid), false, `process ${pid} is alive`);
}

function wasm(text: string): Uint8Array {
  const { bytes, diagnostics } = assemble(text);
  if (bytes === undefined) throw new Error(diagnostics.map(one => one.message).join('\n'));
  return bytes;
}

void test('in a terminal the program prints there, and its end is told all the same', limit, async () => {
  await withEditor('c14-O0', { console: 'integratedTerminal' }, async editor => {
    await editor.start('shapes.c', [found]);
    await editor.stopped();
    await editor.get('continue', { threadId: 1 });
    assert.equal(await editor.end(), 7);
    assert.match(editor.terminal, /^ring 15 20 120$/m);
    assert.equal(editor.output('stdout'), '');
    assert.match(editor.output('console'), /ended with exit code 7/);
  });
});

void test('a program in a terminal is restarted by the editor: its process is gone when the stop is answered', limit, async () => {
  await withEditor('c14-O0', { console: 'integratedTerminal' }, async editor => {
    const { supportsRestartRequest } = await editor.get<DebugProtocol.Capabilities>('initialize', { adapterID: 'wasi' });
    assert.equal(supportsRestartRequest, false);
    await editor.start('shapes.c', [found]);
    await editor.stopped();
    const { systemProcessId = 0 } = await editor.event<DebugProtocol.ProcessEvent['body']>('process');
    assert.equal(isAlive(systemProcessId), true);
    await editor.get('disconnect', { restart: true });
    assert.equal(isAlive(systemProcessId), false);
  });
});

void test('standard input comes from a file, or from what is typed in the console while the program runs', limit, async () => {
  const file = join(sourcesFolder, 'names.wat');
  await withEditor('c14-O0', { args: ['read'], stdin: file }, async editor => {
    await editor.start();
    await editor.end();
    assert.match(editor.output('stdout'), /^read: \(module$/m);
  });
  await withEditor('c14-O0', { args: ['read'] }, async editor => {
    await editor.start();
    await editor.event<DebugProtocol.OutputEvent['body']>('output', ({ output }) => output.includes('ring'));
    await editor.get('evaluate', { expression: 'typed', context: 'repl' });
    await editor.get('evaluate', { expression: 'more', context: 'repl' });
    const refused = await editor.ask('evaluate', { expression: 'typed', context: 'watch' });
    assert.match(refused.message ?? '', /running/);
    await editor.get('terminate');
  });
});

void test('a program that ends before its breakpoint, or that prints without end, ends clearly', limit, async () => {
  await withEditor('c14-O0', {}, async editor => {
    await editor.start('shapes.c', [line('total = total / (argc')]);
    assert.equal(await editor.end(), 7);
  });
  await withEditor('c14-O0', { args: ['flood'] }, async editor => {
    await editor.start('shapes.c', [line('return (int)(half')]);
    await editor.stopped();
    await editor.get('continue', { threadId: 1 });
    assert.equal(await editor.end(), 7);
    assert.equal(editor.output('stdout').match(/line \d+ of a program/g)?.length, 200_000);
  });
});

void test('a program that is killed from outside is told of; a session that ends leaves no process', limit, async () => {
  for (const how of ['kill', 'terminate', 'disconnect']) {
    await withEditor('c14-O0', { args: ['loop'] }, async editor => {
      await editor.start();
      const { systemProcessId } = await editor.event<{ systemProcessId: number }>('process');
      await editor.event<DebugProtocol.OutputEvent['body']>('output', ({ output }) => output.includes('ring'));
      if (how === 'kill') {
        process.kill(systemProcessId, 'SIGKILL');
        assert.equal(await editor.end(), undefined);
        assert.match(editor.output('console'), /ended from outside/);
      } else {
        await editor.get(how);
      }
      await gone(systemProcessId);
    });
  }
});

void test("the debugger's death is the program's", limit, async () => {
  const child = spawn(process.execPath, [join(__dirname, 'orphan.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = await once(child.stdout, 'data') as [Buffer];
  const pid = Number(chunk.toString());
  assert.equal(isAlive(pid), true);
  child.kill('SIGKILL');
  await gone(pid);
});

void test('a restart takes the module that was built meanwhile, its breakpoints with it', limit, async () => {
  let launches = 0;
  await withEditor('c14-O0', { before: module => { if (launches++ === 1) writeFileSync(module, fixture('c22-O0')); } }, async editor => {
    const [set] = await editor.start('shapes.c', [found]);
    await editor.stopped();
    await editor.get('restart');
    const { breakpoint } = await editor.event<DebugProtocol.BreakpointEvent['body']>('breakpoint');
    assert.deepEqual([breakpoint.id, breakpoint.verified, breakpoint.line], [set?.id, true, found]);
    await editor.stopped();
    assert.equal(await editor.where(), `main:${found}`);
    assert.equal(await editor.evaluate('numbers[2]'), '3');
  });
});

void test('hits are counted, whether the engine or the adapter can check the condition', limit, async () => {
  const body = line('total += values[i]');
  for (const [wish, i] of [[{ hitCondition: '3' }, '2'], [{ hitCondition: '% 2', condition: 'values[0] == 1' }, '1'], [{ hitCondition: '== 2', condition: 'i != 1 && "a" == "a"' }, '2']] as const) {
    await withEditor('c14-O0', {}, async editor => {
      await editor.start('shapes.c', [{ line: body, ...wish }]);
      await editor.stopped();
      assert.equal(await editor.evaluate('i'), i, JSON.stringify(wish));
    });
  }
  await withEditor('c14-O0', {}, async editor => {
    await editor.start('shapes.c', [{ line: body, hitCondition: 'often' }, { line: found, condition: 'nothing->x' }]);
    await editor.stopped();
    assert.match(editor.output('important'), /'often' is not understood/);
    await editor.breakpoints('shapes.c', [{ line: found, condition: 'nowhere == 1' }]);
    await editor.get('continue', { threadId: 1 });
    await editor.stopped();
    assert.match(editor.output('important'), /'nowhere == 1' can't be evaluated/);
  });
});

void test('registers of the machine frame are a scope of their own', limit, async () => {
  await withEditor('c14-O0', {}, async editor => {
    await editor.start('shapes.c', [found]);
    await editor.stopped();
    const groups = await editor.scope('WebAssembly');
    assert.deepEqual(groups.map(one => one.name), ['Locals', 'Operand Stack', 'Globals', 'Memory']);
    const locals = await editor.variables(groups[0]?.variablesReference ?? 0);
    assert.ok(locals.length > 2 && locals.every(one => /^[if](32|64)$/.test(one.type ?? '')));
    const [pointer] = await editor.variables(groups[2]?.variablesReference ?? 0);
    assert.equal(pointer?.name, '__stack_pointer');
    assert.equal(await editor.evaluate('$global0'), pointer.value);
    assert.match(groups[3]?.value ?? '', /pages/);
  });
});

void test('names and members complete; nothing that is only typed changes anything', limit, async () => {
  await withEditor('cpp22', {}, async editor => {
    await editor.start('library.cpp', [lineOf('library.cpp', 'return reference.size()')]);
    await editor.stopped();
    const complete = async (text: string): Promise<string[]> => {
      const { targets } = await editor.get<DebugProtocol.CompletionsResponse['body']>('completions', { text, column: text.length + 1, frameId: 1 });
      return targets.map(one => one.label);
    };
    assert.ok((await complete('sh')).includes('shared'));
    assert.deepEqual(await complete('owned->'), ['id', 'width', 'height']);
    assert.deepEqual(await complete('1 + reference.w'), ['width']);
    assert.deepEqual(await complete('(sum = 99).'), []);
    assert.equal(await editor.evaluate('sum'), '6');
    assert.deepEqual(await complete('nowhere.'), []);
  });
});

void test('sources and the module are listed; a source that is gone leaves the text of its functions', limit, async () => {
  await withEditor('c14-O0', {}, async editor => {
    await editor.start('shapes.c', [found]);
    await editor.stopped();
    const { sources } = await editor.get<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources');
    assert.ok(sources.some(one => one.path === join(sourcesFolder, 'shapes.c')));
    const { modules } = await editor.get<DebugProtocol.ModulesResponse['body']>('modules');
    assert.match(modules[0]?.symbolStatus ?? '', /read/);
  });
  await withEditor('c14-O0', { sourceFileMap: { '/src': '/gone' }, stopOnEntry: true }, async editor => {
    const [set] = await editor.start('shapes.c', [found]);
    assert.equal(set?.verified, false);
    assert.equal((await editor.stopped()).reason, 'entry');
    const [top] = await editor.stack();
    assert.deepEqual([top?.name, top?.source?.name], ['main', 'main.wat']);
    assert.equal(await editor.evaluate('argc'), '1');
  });
});

void test('exceptions that the program catches itself do not stop it; a trap does, and tells why', limit, async () => {
  const caught = wasm(`(module (tag $oops) (func (export "_start") try throw $oops catch $oops end))`);
  await withEditor(caught, {}, async editor => {
    await editor.start();
    assert.equal(await editor.end(), 0);
  });
  await withEditor(wasm('(module (func $deep unreachable) (func (export "_start") call $deep))'), {}, async editor => {
    await editor.start();
    assert.equal((await editor.stopped()).reason, 'exception');
    const info = await editor.get<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', { threadId: 1 });
    assert.match(info.description ?? '', /unreachable/);
    await editor.get('setExceptionBreakpoints', { filters: [] });
    await editor.get('continue', { threadId: 1 });
    assert.equal(await editor.end(), 134);
  });
});

void test('a program with threads is refused with a sentence', limit, async () => {
  const threads = wasm('(module (import "env" "memory" (memory 1 4 shared)) (import "wasi" "thread-spawn" (func (param i32) (result i32))) (func (export "_start")))');
  await withEditor(threads, {}, async editor => {
    await editor.start().catch(() => {});
    await editor.event('terminated');
    assert.match(editor.output(), /threads/);
  });
});

void test('instructions are stepped one by one, in and out of calls', limit, async () => {
  await withEditor('c14-O0', {}, async editor => {
    await editor.start('shapes.c', [found]);
    await editor.stopped();
    const address = async (): Promise<number> => Number((await editor.stack())[0]?.instructionPointerReference);
    const before = await address();
    await editor.step('next', { granularity: 'instruction' });
    const { instructions } = await editor.get<{ instructions: DebugProtocol.DisassembledInstruction[] }>('disassemble', { memoryReference: `0x${before.toString(16)}`, instructionOffset: -3, instructionCount: 8 });
    assert.equal(Number(instructions[4]?.address), await address());
    assert.equal(instructions.filter(one => one.presentationHint === 'invalid').length, 0);
    const { breakpoints } = await editor.get<DebugProtocol.SetInstructionBreakpointsResponse['body']>('setInstructionBreakpoints', { breakpoints: [{ instructionReference: instructions[7]?.address }] });
    assert.equal(breakpoints[0]?.verified, true);
    await editor.get('continue', { threadId: 1 });
    assert.equal((await editor.stopped()).reason, 'instruction breakpoint');
    assert.equal(await address(), Number(instructions[7]?.address));
  });
});
