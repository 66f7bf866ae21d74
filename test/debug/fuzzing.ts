import { parentPort, workerData } from 'node:worker_threads';
import { functionLines, disassemble } from '../../src/debug/code/disassemble';
import { stackOf, variablesOf } from '../../src/debug/adapter/frames';
import { addressesOfLine, entryOf, linesWithCode, stepRanges } from '../../src/debug/adapter/lines';
import { locate } from '../../src/debug/values/location';
import { show } from '../../src/debug/values/show';
import { typeOf } from '../../src/debug/values/type';
import { Value } from '../../src/debug/values/value';
import { DwarfError } from '../../src/dwarf/cursor';
import { Program } from '../../src/dwarf/program';
import { fixture } from './fixtures';

// A worker that mutates modules and their debug information, and asks everything of each that the debugger asks. It tells its main thread of
// every round, so that one that does not end is seen.

/** Told before each round. */
export interface Round {
  readonly seed: number;
  readonly module: string;
}

const modules = ['c14-O0', 'c14-O2', 'c14-dwarf2', 'c22-dwarf5-O2', 'cpp22', 'rust-O', 'names'];

/** Numbers that look like chance and are the same for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Where the sections of a module are: from, to. */
function sections(bytes: Uint8Array): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let at = 8; at < bytes.length;) {
    let size = 0;
    let i = at + 1;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[i++] ?? 0;
      size += (byte & 127) * scale;
      if (byte < 128) break;
    }
    found.push({ from: i, to: Math.min(bytes.length, i + size) });
    at = i + size;
  }
  return found;
}

const extremes = [[0], [0xff], [0x7f], [0x80], [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff, 0x0f], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0, 0, 0, 0x80]];

function mutate(bytes: Uint8Array, chance: (below: number) => number): Uint8Array {
  const changed = bytes.slice();
  const parts = sections(bytes);
  const part = parts[chance(parts.length)] ?? { from: 8, to: bytes.length };
  const at = (): number => part.from + chance(Math.max(1, part.to - part.from));
  for (let count = 1 + chance(chance(4) === 0 ? 200 : 6); count > 0; count--) {
    switch (chance(5)) {
      case 0: changed[at()] = chance(256); break;
      case 1: { const place = at(); changed[place] = (changed[place] ?? 0) ^ (1 << chance(8)); break; }
      case 2: changed.set((extremes[chance(extremes.length)] ?? []).slice(0, Math.max(0, changed.length - part.to) + 1), at()); break;
      case 3: { const from = at(); changed.copyWithin(at(), from, Math.min(part.to, from + 1 + chance(64))); break; }
      default: { const from = at(); changed.fill(chance(2) === 0 ? 0 : 0xff, from, Math.min(part.to, from + 1 + chance(16))); }
    }
  }
  return chance(10) === 0 ? changed.subarray(0, chance(changed.length)) : changed;
}

/** Everything that a session asks of a module, with memory and registers that hold anything. */
async function ask(bytes: Uint8Array, chance: (below: number) => number): Promise<void> {
  let program: Program;
  try {
    program = new Program(bytes);
  } catch (error) {
    if (error instanceof DwarfError) return;
    throw error;
  }
  if (program.state === 'alive') entryOf(program);
  linesWithCode(program, 'shapes.c', () => true);
  addressesOfLine(program, 'library.cpp', () => true, chance(80));
  program.functionsNamed('area');
  const machine = {
    register: () => Promise.resolve(Uint8Array.from({ length: 4 }, () => chance(256))),
    read: (address: number, length: number) => {
      if (address < 0 || address + length > 1 << 20) return Promise.reject(new RangeError('beyond the memory'));
      return Promise.resolve(Uint8Array.from({ length }, () => chance(3) === 0 ? chance(256) : 0));
    },
  };
  const { bodies } = program;
  for (let i = 0; i < 6 && bodies.length > 0; i++) {
    const body = bodies[chance(bodies.length)];
    if (body === undefined) continue;
    if (body.end - body.start < 100_000) functionLines(disassemble(program.image, program.names, body));
    const address = body.start + chance(Math.max(1, body.end - body.start));
    for (const { source } of stackOf(program, [{ id: '', address, functionName: '' }])) {
      if (source === undefined) continue;
      stepRanges(program, source, () => true);
      for (const { die } of variablesOf(source).slice(0, 20)) {
        const type = die.type;
        const location = await locate(die, { machine, unit: source.code.unit, address, function: source.code.die });
        if (type === undefined) continue;
        const shown = await show(new Value(typeOf(type), location, machine));
        for (const part of await shown.parts?.list(0, 3) ?? []) await show(part.value);
      }
      for (const die of program.globalsOf(source.code.unit).slice(0, 5)) await locate(die, { machine, unit: die.unit, address, function: undefined });
    }
  }
}

/** Rounds until the time is over; a seed alone makes one round again. */
async function main(): Promise<void> {
  const { milliseconds, first, only } = workerData as { milliseconds: number; first: number; only?: number };
  const sources = new Map(modules.map(name => [name, fixture(name)]));
  const end = performance.now() + milliseconds;
  for (let seed = only ?? first; performance.now() < end; seed++) {
    const chance = random(seed);
    const module = modules[chance(modules.length)] ?? 'names';
    parentPort?.postMessage({ seed, module } satisfies Round);
    await ask(mutate(sources.get(module) ?? new Uint8Array(), chance), chance);
    if (only !== undefined) break;
  }
}

// A worker's unhandled rejection is its `error` event.
void main();
