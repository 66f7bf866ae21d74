import { test } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputWatch, parsePattern, parseReady, usualPattern } from '../../src/run/ready';
import { assemble } from '../../src/wat/assemble';
import { guest, runCli, scratch, startCli } from './guests';

const bytes = (text: string) => new TextEncoder().encode(text);
const told = (file: string): unknown[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(line => line !== '').map(line => JSON.parse(line) as unknown) : []);

void test('a pattern is found once, in one line, however the output comes', () => {
  const found: (readonly string[])[] = [];
  const watch = new OutputWatch(/port (\d+)!/, matched => found.push(matched));
  for (const piece of ['no\npor', 't 80\n', 'port 8', '1', '!', ' port 82!\n']) watch.take(bytes(piece));
  assert.deepEqual(found, [['port 81!', '81']]);
  const far: (readonly string[])[] = [];
  const long = new OutputWatch(/end/, matched => far.push(matched));
  for (let i = 0; i < 100; i++) long.take(bytes('x'.repeat(1000)));
  long.take(bytes('end'));
  assert.deepEqual(far, [['end']]);
});

void test('what servers use to print is known', () => {
  for (const [line, group] of [['Listening on port 8080', '8080'], ['now listening on: http://localhost:3000/', 'http://localhost:3000/']] as const) {
    assert.equal(parsePattern(usualPattern).exec(line)?.[1], group, line);
  }
  assert.throws(() => parsePattern('('), /regular expression/);
  assert.equal(parseReady('nonsense'), undefined);
  assert.equal(parseReady('{"file":1}'), undefined);
  assert.deepEqual(parseReady('{"file":"/f","pattern":"p"}'), { file: '/f', pattern: 'p' });
});

void test('a parent is told where the program listens', async () => {
  const { bytes: module } = assemble(`(module (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (func (export "_start") (drop (call $accept (i32.const 3) (i32.const 0) (i32.const 16)))))`);
  assert.ok(module !== undefined);
  const path = join(scratch, 'ready-listen.wasm');
  writeFileSync(path, module);
  const file = join(scratch, 'ready-listen.txt');
  const child = startCli(['run', '--listen', '127.0.0.1:0', path], { env: { ...process.env, WASM_WORKBENCH_READY: JSON.stringify({ file }) } });
  let stderr = '';
  // The line comes after the file was told.
  const printed = new Promise<void>(resolve => child.stderr?.on('data', (chunk: Buffer) => { if ((stderr += chunk.toString()).includes('\n')) resolve(); }));
  const ended = new Promise(resolve => child.once('exit', resolve));
  await printed;
  const port = /^Listening at 127\.0\.0\.1:(\d+): http:\/\/127\.0\.0\.1:\d+\/\n$/.exec(stderr)?.[1];
  assert.ok(port !== undefined, stderr);
  connect(Number(port), '127.0.0.1').on('error', () => {}).resume();
  assert.equal(await ended, 0);
  assert.deepEqual(told(file), [{ listening: `127.0.0.1:${port}` }]);
});

for (const runtime of ['embedded', 'embedded in a process of its own'] as const) {
  void test(`${runtime}: a parent is told that a line was printed, and the output is whole`, async () => {
    const file = join(scratch, `ready-${runtime.length}.txt`);
    const ran = await runCli(['run', ...(runtime === 'embedded' ? [] : ['--timeout', '60']), guest('hello')], '', { env: { ...process.env, WASM_WORKBENCH_READY: JSON.stringify({ file, pattern: '(h)(ello|i)' }) } });
    assert.equal(ran.code, 0, ran.stderr);
    const [line] = told(file) as { matched: string[] }[];
    assert.equal(line?.matched[1]?.toLowerCase(), 'h', JSON.stringify(ran));
  });
}
