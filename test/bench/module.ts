import { writeUnsigned } from '../../src/base/bytes';
import { CodeIndex } from '../../src/wasm/view/code';
import { openModule } from '../../src/wasm/view/parts';
import { profile } from '../../src/wasm/view/profile';
import { disassemble } from '../../src/wat/disassemble';
import { best, type Row } from './row';

const functions = 17_825;
const megabytes = 50;

/** A module of some size whose functions have names, made of a few instructions again and again. */
function moduleOf(size: number): Uint8Array<ArrayBuffer> {
  const perFunction = Math.floor(size / functions) - 60;
  const piece = [0x20, 0, 0x41, 0x80, 0x80, 0x04, 0x6a, 0x28, 2, 0x90, 1, 0x41, 7, 0x6c, 0x21, 0];
  const code = Buffer.from(Array.from({ length: Math.floor(perFunction / piece.length) }, () => piece).flat());
  const body = Buffer.concat([Buffer.from([0]), code, Buffer.from([0x20, 0, 0x0b])]);
  const section = (id: number, ...parts: Uint8Array[]): Buffer => {
    const payload = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([id, ...writeUnsigned(payload.length)]), payload]);
  };
  const count = Buffer.from(writeUnsigned(functions));
  const entry = Buffer.concat([Buffer.from(writeUnsigned(body.length)), body]);
  const names = Array.from({ length: functions }, (_, i) => {
    const name = Buffer.from(`core::ops::function::FnOnce::call_once::${i}`);
    return Buffer.concat([Buffer.from([...writeUnsigned(i), ...writeUnsigned(name.length)]), name]);
  });
  const map = Buffer.concat([count, ...names]);
  const made = Buffer.concat([
    Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), section(1, Buffer.from([1, 0x60, 1, 0x7f, 1, 0x7f])), section(3, count, Buffer.alloc(functions)), section(5, Buffer.from([1, 0, 17])),
    section(10, count, ...Array.from({ length: functions }, () => entry)), section(0, Buffer.from('\u0004name\u0001'), Buffer.from(writeUnsigned(map.length)), map),
  ]);
  return new Uint8Array(made);
}

/** Sections, every function's place and every name: all that the page of a module is filled from. */
function index(bytes: Uint8Array): void {
  const [part] = openModule(bytes, 'bench').parts;
  if (part === undefined) throw new Error('no module');
  const code = new CodeIndex(part);
  if (code.name(functions - 1) === undefined || code.count !== functions) throw new Error('not read');
}

/** The index of a large module, its size profile and its text, beside V8's pass over the same bytes. */
export async function bench(): Promise<Row[]> {
  const large = moduleOf(megabytes << 20);
  const indexed = await best(9, () => { index(large); });
  const v8 = await best(3, () => new WebAssembly.Module(large));
  const file = openModule(large, 'bench');
  const profiled = await best(3, () => profile(file, 'bench'));
  const small = moduleOf(8 << 20);
  let characters = 0;
  const printed = await best(3, () => {
    characters = 0;
    for (const piece of disassemble(small)) characters += piece.length;
  });
  const before = process.memoryUsage().rss;
  let most = before;
  let pieces = 0;
  for (const piece of disassemble(large)) {
    if (piece.length > 0 && pieces++ % 500 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  return [
    { name: `index of ${(large.length / 1e6).toFixed(0)} MB, ${functions} functions`, value: indexed, unit: 'ms', goal: 30, note: `V8's pass ${v8.toFixed(0)} ms` },
    { name: "the same, to V8's pass", value: indexed, unit: 'ms', ratio: indexed / v8, goal: 0.25 },
    { name: 'size profile of the same', value: profiled, unit: 'ms', note: 'made when its tab is opened' },
    { name: `printing ${(small.length / 1e6).toFixed(0)} MB as ${(characters / 1e6).toFixed(0)} MB of text`, value: characters / 1000 / printed, unit: 'MB/s' },
    { name: 'memory that printing the large one takes, at most', value: (most - before) / 1e6, unit: 'MB', goal: 300, note: 'beyond the module itself' },
  ];
}
