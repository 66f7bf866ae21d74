import { test } from 'node:test';
import assert from 'node:assert/strict';
import { withEditor } from './dap';
import { fixture, lineOf } from './fixtures';

const line = (text: string): number => lineOf('shapes.c', text);
const found = line('int found = area');
const limit = { timeout: 60_000 };

void test('C: a breakpoint shows values as the source means them, by both compilers', limit, async () => {
  for (const module of ['c14-O0', 'c22-O0', 'c14-dwarf2', 'c14-dwarf5']) {
    await withEditor(module, {}, async editor => {
      const [set] = await editor.start('shapes.c', [found]);
      assert.equal(set?.verified, true);
      assert.equal((await editor.stopped()).reason, 'breakpoint');
      const values = await editor.values();
      assert.match(values['box'] ?? '', /^\{name: 0x[\da-f]+ "box", color: BLUE, corners: .*real: 2\.5\}, flags: 5, kind: 17, next: NULL/, module);
      assert.deepEqual([values['numbers'], values['text'], values['big'], values['byte'], values['half'], values['nothing'], values['total']],
        ['{1, 2, 3, 4, 5}', '"wasm"', '-9007199254740993', '200', '0.5', 'NULL', '15'], module);
      assert.equal(await editor.evaluate('box.corners[2].x + numbers[4] * 2'), '15', module);
      assert.equal(await editor.evaluate('current->next->name[1] == \'o\''), 'true', module);
      assert.equal(await editor.evaluate('(unsigned char)(byte + 100)'), "44 ','", module);
      assert.match(await editor.evaluate('nowhere'), /^error: .*nowhere/);
    });
  }
});

void test('steps go over, into and out of functions, by lines', limit, async () => {
  for (const module of ['c14-O0', 'c22-O0']) {
    await withEditor(module, {}, async editor => {
      await editor.start('shapes.c', [found]);
      await editor.stopped();
      assert.equal(await editor.step('stepIn'), `area:${line('int width')}`);
      assert.equal(await editor.step('next'), `area:${line('int height')}`);
      assert.equal(await editor.step('next'), `area:${line('return square(width)')}`);
      assert.equal(await editor.step('stepIn'), `square:${line('int result')}`);
      assert.equal(await editor.step('stepOut'), `area:${line('return square(width)')}`);
      assert.equal(await editor.step('stepOut'), `main:${found}`);
      assert.equal(await editor.step('next'), `main:${found + 1}`);
      await editor.get('continue', { threadId: 1 });
      assert.equal(await editor.end(), 7);
      assert.match(editor.output('stdout'), /^ring 15 20 120$/m);
    });
  }
});

void test('what is set is what the program goes on with', limit, async () => {
  await withEditor('c14-O0', {}, async editor => {
    await editor.start('shapes.c', [found]);
    await editor.stopped();
    const [frame] = await editor.stack();
    const { scopes } = await editor.get<{ scopes: { variablesReference: number }[] }>('scopes', { frameId: frame?.id });
    const set = await editor.get<{ value: string }>('setVariable', { variablesReference: scopes[0]?.variablesReference, name: 'total', value: '40 + 2' });
    assert.equal(set.value, '42');
    await editor.get('setExpression', { frameId: frame?.id, expression: 'box.flags', value: '2' });
    assert.equal(await editor.evaluate('box.flags + box.kind'), '19');
    await editor.get('continue', { threadId: 1 });
    await editor.end();
    assert.match(editor.output('stdout'), /^ring 42 20 120$/m);
  });
});

void test('a trap stops at its line with the locals there, and ends with 134', limit, async () => {
  await withEditor('c14-O0', { args: ['trap'] }, async editor => {
    await editor.start();
    const stop = await editor.stopped();
    assert.equal(stop.reason, 'exception');
    assert.match(stop.text ?? '', /out of bounds/);
    assert.equal(await editor.where(), `main:${line('*(volatile int *)')}`);
    assert.equal((await editor.values())['byte'], '200');
    await editor.get('continue', { threadId: 1 });
    assert.equal(await editor.end(), 134);
  });
});

void test('an endless loop is paused, and ends when the session does', limit, async () => {
  await withEditor('c14-O0', { args: ['loop'] }, async editor => {
    await editor.start('shapes.c', [line('volatile int forever')]);
    await editor.stopped();
    await editor.breakpoints('shapes.c', []);
    await editor.get('continue', { threadId: 1 });
    await editor.get('pause', { threadId: 1 });
    assert.equal((await editor.stopped()).reason, 'pause');
    assert.match(await editor.where(), /^main:\d+$/);
    await editor.get('terminate');
    await editor.event('terminated');
  });
});

void test('conditions, hit counts, log messages and functions', limit, async () => {
  await withEditor('c14-O0', {}, async editor => {
    const body = line('total += values[i]');
    await editor.start('shapes.c', [
      { line: body, condition: 'i == 3' },
      { line: line('counter++'), logMessage: 'i is {i}, total {total}' },
      { line: line('int height'), hitCondition: '>= 2' },
    ], () => editor.get('setFunctionBreakpoints', { breakpoints: [{ name: 'factorial', condition: 'n < 3' }] }));
    await editor.stopped();
    assert.deepEqual([await editor.where(), await editor.evaluate('i')], [`sum:${body}`, '3']);
    await editor.get('continue', { threadId: 1 });
    const second = await editor.stopped();
    assert.equal(second.reason, 'function breakpoint');
    assert.deepEqual([await editor.where(), await editor.evaluate('n')], [`factorial:${line('if (n <= 1)')}`, '2']);
    assert.equal(editor.output('console').match(/i is \d, total \d+/g)?.join('; '), 'i is 0, total 1; i is 1, total 3; i is 2, total 6; i is 3, total 10; i is 4, total 15');
  });
});

void test('C++ containers of both ABIs', limit, async () => {
  for (const module of ['cpp14', 'cpp22']) {
    await withEditor(module, {}, async editor => {
      await editor.start('library.cpp', [lineOf('library.cpp', 'int sum = total')]);
      await editor.stopped();
      const values = await editor.values();
      const expected = {
        brief: '"short"', lengthy: '"a string that is too long to be kept inside"', numbers: 'size 3 {1, 2, 3}', words: 'size 2 {"one", "two"}',
        ages: 'size 2 {["ann"] = 31, ["bob"] = 42}', squares: 'size 1 {[3] = 9}', primes: 'size 3 {2, 3, 5}', shared: '11', empty: 'nullptr', some: '5', none: 'nullopt',
        fixed: '{7, 8, 9}', both: '{first: 1, second: 2.5}', level: 'Level::High',
      };
      for (const [name, value] of Object.entries(expected)) assert.equal(values[name], value, `${module} ${name}`);
      assert.equal(await editor.evaluate('numbers[1] + owned->height'), '6');
      assert.equal(await editor.evaluate('words[1] == "two"'), 'true');
    });
  }
});

void test('Rust values', limit, async () => {
  await withEditor('rust-debug', {}, async editor => {
    await editor.start('values.rs', [lineOf('values.rs', 'let sum = total')]);
    await editor.stopped();
    const values = await editor.values();
    const expected = {
      text: '"rust string"', slice: '"a slice"', numbers: '[1, 2, 3]', part: '[2, 3]', some: 'Some(7)', none: 'None', named: 'Some(9)', good: 'Ok(200)',
      bad: 'Err("went wrong")', shapes: '[Empty, Circle(1.5), Rect {w: 3, h: 4}]', level: 'Level::High', boxed: 'Pair {left: 1, right: 2}', shared: '"counted"',
      atomic: '5', borrowed: '[4, 5]', queue: '[1]', tuple: "(1, 'é', true)",
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(values[name], value, name);
    // The order of a hash map is chance.
    assert.match(values['ages'] ?? '', /^\{("ann": 31, "bob": 42|"bob": 42, "ann": 31)\}$/);
    assert.equal(await editor.evaluate('numbers[2] + tuple.0'), '4');
  });
});

void test('a module without debug information steps through its text', limit, async () => {
  await withEditor('names', { stopOnEntry: true }, async editor => {
    await editor.start(undefined, [], () => editor.get('setFunctionBreakpoints', { breakpoints: [{ name: 'double' }] }));
    assert.equal((await editor.stopped()).reason, 'entry');
    assert.match(editor.output('important'), /no debug information/);
    await editor.get('continue', { threadId: 1 });
    await editor.stopped();
    const [top] = await editor.stack();
    assert.deepEqual([top?.name, top?.source?.name], ['double', 'double.wat']);
    const { content } = await editor.get<{ content: string }>('source', { sourceReference: top?.source?.sourceReference });
    assert.equal(content.split('\n')[(top?.line ?? 0) - 1]?.trim(), 'global.get $calls');
    assert.equal(await editor.step('next'), `double:${(top?.line ?? 0) + 1}`);
    const { disassembled } = { disassembled: await editor.get<{ instructions: { instruction: string }[] }>('disassemble', { memoryReference: top?.instructionPointerReference, instructionCount: 3 }) };
    assert.deepEqual(disassembled.instructions.map(one => one.instruction.trim()), ['global.get $calls', 'i32.const 1', 'i32.add']);
  });
});

void test('a restart runs the program anew', limit, async () => {
  await withEditor('c14-O0', {}, async editor => {
    await editor.start('shapes.c', [found]);
    await editor.stopped();
    await editor.get('restart');
    await editor.stopped();
    assert.equal(await editor.where(), `main:${found}`);
    await editor.get('continue', { threadId: 1 });
    assert.equal(await editor.end(), 7);
  });
});

void test('memory is read and written, and its end is told', limit, async () => {
  await withEditor('c14-O0', {}, async editor => {
    await editor.start('shapes.c', [found]);
    await editor.stopped();
    const text = (await editor.scope('Locals')).find(variable => variable.name === 'text');
    const read = await editor.get<{ data: string }>('readMemory', { memoryReference: text?.memoryReference, count: 4 });
    assert.equal(Buffer.from(read.data, 'base64').toString(), 'wasm');
    await editor.get('writeMemory', { memoryReference: text?.memoryReference, data: Buffer.from('WASM').toString('base64') });
    assert.equal(await editor.evaluate('text'), '"WASM"');
    const beyond = await editor.get<{ unreadableBytes?: number }>('readMemory', { memoryReference: '0xfffffff0', count: 8 });
    assert.equal(beyond.unreadableBytes, 8);
  });
});

void test('a component, a reactor and damaged bytes are refused with a sentence', limit, async () => {
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0), /component/],
    [Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), /_start/],
    [Uint8Array.of(1, 2, 3), /not a WebAssembly/],
    [fixture('c14-O0').slice(0, 4), /not a WebAssembly/],
  ];
  for (const [bytes, message] of cases) {
    await withEditor(bytes, {}, async editor => { await assert.rejects(editor.start(), message); });
  }
});
