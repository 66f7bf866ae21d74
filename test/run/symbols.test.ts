import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { symbolizerOf } from '../../src/run/hosting/symbols';
import { fixture, lineOf } from '../debug/fixtures';
import { runCli } from './guests';

const scratch = mkdtempSync(join(tmpdir(), 'symbols-'));
after(() => { rmSync(scratch, { recursive: true, force: true }); });

void test("a trap's stack names functions, files and lines, inlined ones too, in whichever process the guest is", async () => {
  for (const [name, how, what, where] of [['c14-O0', 'divide', 'integer division by zero', 'total = total / (argc'], ['c22-O2', 'trap', 'memory access out of bounds[^\\n]*', '*(volatile int *)']] as const) {
    const module = join(scratch, `${name}.wasm`);
    writeFileSync(module, fixture(name));
    for (const options of [[], ['--timeout', '60']]) {
      const { code, stderr } = await runCli(['run', ...options, module, '--', how]);
      assert.equal(code, 134);
      assert.match(stderr, new RegExp(`^Trap: ${what}\\.\\n {4}at main \\(/src/shapes\\.c:${lineOf('shapes.c', where)}:\\d+\\)\\n {4}at `), `${name} ${options.join(' ')}`);
    }
  }
});

void test('paths are told from the folder, and a module without debug information has no places', () => {
  assert.equal(symbolizerOf(Uint8Array.of(1, 2, 3)), undefined);
  assert.deepEqual(symbolizerOf(fixture('names'))?.([{ index: 1, offset: 100 }]), [[]]);
  const bytes = fixture('c14-O0');
  const symbolize = symbolizerOf(bytes, '/src');
  const places = Array.from({ length: bytes.length }, (_, at) => at).flatMap(at => symbolize?.([{ index: 0, offset: at }])[0] ?? []);
  assert.ok(places.some(place => place.file === 'shapes.c' && place.name === 'factorial' && place.line === lineOf('shapes.c', 'return n * factorial')));
});
