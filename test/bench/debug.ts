import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { addressesOfLine } from '../../src/debug/adapter/lines';
import { Program } from '../../src/dwarf/program';
import { Editor, type Launch } from '../debug/dap';
import { fixture, lineOf, sourcesFolder } from '../debug/fixtures';
import { bigModule } from './debugModule';
import { median, type Row } from './row';

const cli = process.env['BENCH_CLI'] ?? '';
const now = (): number => performance.now();

/** The debugger's figures, medians, beside floors that take turns with them. */
export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ww-bench-debug-'));
  const dist = process.env['BENCH_DIST'] ?? '';
  // The child program that users get, at the place where the adapter that is bundled here looks for it.
  process.env['WASM_WORKBENCH_BUNDLED'] = '1';
  writeFileSync(join(__dirname, 'debug-child.js'), `require(${JSON.stringify(join(dist, 'debug-child.js'))});\n`);
  try {
    return [...await launches(folder), ...await stepsAndLocals(), ...await condition(folder), ...opening()];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Milliseconds of a plain run, our command line and all. */
function plainRun(module: string, args: readonly string[] = []): number {
  const from = now();
  const { status, stderr } = spawnSync(process.execPath, [cli, 'run', module, '--', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  if (status === null || status === 1) throw new Error(stderr.toString());
  return now() - from;
}

/** Milliseconds from the launch to the first stop, its stack told. */
async function launch(module: Uint8Array, source: string, line: number, options: Launch = {}): Promise<number> {
  const editor = new Editor(module, options);
  try {
    const from = now();
    await editor.start(source, [line]);
    await editor.stopped();
    const [top] = await editor.stack();
    if (top?.line !== line) throw new Error(`stopped at ${top?.line}, not at ${line}`);
    return now() - from;
  } finally {
    await editor.dispose();
  }
}

async function launches(folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  const measured = async (name: string, module: Uint8Array, source: string, line: number, goal: number, options: Launch, runs: number | undefined): Promise<void> => {
    const file = join(folder, 'launch.wasm');
    writeFileSync(file, module);
    const ours: number[] = [];
    const plain: number[] = [];
    await launch(module, source, line, options);
    for (let i = 0; i < 9; i++) {
      plain.push(plainRun(file));
      ours.push(await launch(module, source, line, options));
    }
    rows.push({ name: `launch to first stop, ${name}`, value: median(ours), unit: 'ms', goal, note: `plain run ${median(plain).toFixed(0)} ms` });
    if (runs !== undefined) rows.push({ name: `launch to first stop, ${name}, in plain runs`, value: median(ours), unit: 'ms', ratio: median(ours) / median(plain), goal: runs });
  };
  await measured('C', fixture('c14-O0'), 'shapes.c', lineOf('shapes.c', 'int found = area'), 300, {}, 3);
  const rust = rustModule(folder);
  if (rust === undefined) console.error('  launch of a Rust module: left out, no rustc here builds for WASI');
  else await measured(`Rust, ${(rust.length / 1e6).toFixed(1)} MB`, rust, 'values.rs', lineOf('values.rs', 'let sum = total'), 700, { sourceFileMap: { '/src': sourcesFolder } }, undefined);
  return rows;
}

/** A debug build with the whole standard library's debug information; undefined where no rustc has a target for WASI. */
function rustModule(folder: string): Uint8Array | undefined {
  for (const [rustc, target] of [['/usr/bin/rustc', 'wasm32-wasi'], ['rustc', 'wasm32-wasip1'], ['rustc', 'wasm32-wasi']] as const) {
    const file = join(folder, 'rust.wasm');
    const { status } = spawnSync(rustc, ['--target', target, '-g', `--remap-path-prefix=${sourcesFolder}=/src`, join(sourcesFolder, 'values.rs'), '-o', file], { stdio: 'ignore' });
    if (status === 0 && existsSync(file)) return new Uint8Array(readFileSync(file));
  }
  return undefined;
}

async function stepsAndLocals(): Promise<Row[]> {
  const steps: number[] = [];
  const locals: Record<'C' | 'Rust', number[]> = { C: [], Rust: [] };
  const bare: number[] = [];
  const look = async (editor: Editor): Promise<number> => {
    const from = now();
    const variables = await editor.scope('Locals');
    const took = now() - from;
    if (variables.length < 10) throw new Error(`${variables.length} variables`);
    return took;
  };
  for (let round = 0; round < 5; round++) {
    const from = now();
    spawnSync(process.execPath, ['-e', '0']);
    bare.push(now() - from);
    const editor = new Editor('c14-O0');
    try {
      await editor.start('shapes.c', [lineOf('shapes.c', 'struct shape box =')]);
      await editor.stopped();
      for (let i = 0; i < 8; i++) {
        const start = now();
        await editor.get('next', { threadId: 1 });
        await editor.stopped();
        steps.push(now() - start);
        locals.C.push(await look(editor));
      }
    } finally {
      await editor.dispose();
    }
    const rust = new Editor('rust-debug');
    try {
      await rust.start('values.rs', [lineOf('values.rs', 'let sum = total')]);
      await rust.stopped();
      locals.Rust.push(await look(rust));
    } finally {
      await rust.dispose();
    }
  }
  const note = `a bare start of Node ${median(bare).toFixed(0)} ms`;
  return [
    { name: 'step over a line', value: median(steps), unit: 'ms', goal: 20, note },
    { name: 'locals, C', value: median(locals.C), unit: 'ms', goal: 25, note },
    { name: 'locals, Rust', value: median(locals.Rust), unit: 'ms', goal: 85, note: `${note}; the first look, types unknown` },
  ];
}

/** A loop of 20,000 turns with a breakpoint whose condition holds at the last. */
async function condition(folder: string): Promise<Row[]> {
  const source = join(folder, 'loop.c');
  const text = '#include <stdio.h>\nint main(void) {\n  int sum = 0;\n  for (int i = 0; i < 20000; i++) {\n    sum += i;\n  }\n  printf("%d\\n", sum);\n  return 0;\n}\n';
  writeFileSync(source, text);
  const module = join(folder, 'loop.wasm');
  const native = spawnSync('clang', ['--target=wasm32-wasi', '-O0', '-g', source, '-o', module], { stdio: 'ignore' });
  if (native.status !== 0) spawnSync(process.execPath, [cli, 'cc', '-O0', '-g', source, '-o', module], { stdio: 'ignore' });
  if (!existsSync(module)) {
    console.error('  conditional breakpoint: left out, no clang for WASI is here');
    return [];
  }
  const rows: Row[] = [];
  for (const [name, wish] of [['condition', 'i == 19999'], ['hit count', undefined]] as const) {
    const times: number[] = [];
    const plain: number[] = [];
    for (let round = 0; round < 3; round++) {
      plain.push(plainRun(module));
      const editor = new Editor(new Uint8Array(readFileSync(module)), { sourceFileMap: {} });
      try {
        await editor.get('initialize', {});
        const launched = editor.ask('launch');
        await editor.event('initialized');
        await editor.get<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', { source: { path: source }, breakpoints: [wish === undefined ? { line: 5, hitCondition: '20000' } : { line: 5, condition: wish }] });
        await editor.get('configurationDone');
        const from = now();
        await launched;
        await editor.stopped();
        times.push(now() - from);
        if (await editor.evaluate('i') !== '19999') throw new Error(`stopped at i = ${await editor.evaluate('i')}`);
      } finally {
        await editor.dispose();
      }
    }
    rows.push({ name: `breakpoint passed 20,000 times by its ${name}`, value: median(times) / 1000, unit: 's', goal: 3, note: `plain run ${median(plain).toFixed(0)} ms` });
  }
  return rows;
}

/** From a module's bytes to a breakpoint and a frame, beside V8's compilation of it. */
function opening(): Row[] {
  const bytes = bigModule({ units: 200, functions: 100, statements: 20 });
  const ours: number[] = [];
  const whole: number[] = [];
  const engine: number[] = [];
  let rows = 0;
  for (let round = 0; round < 7; round++) {
    // Other bytes each time, behind the code: V8 keeps what it has compiled before.
    const one = bytes.slice();
    one[one.length - 2] = round;
    let from = now();
    new WebAssembly.Module(one);
    engine.push(now() - from);
    from = now();
    const program = new Program(one);
    const found = program.state === 'alive' ? addressesOfLine(program, 'unit150.c', path => path === '/big/unit150.c', 50) : undefined;
    if (program.framesAt(found?.addresses[0] ?? 0)[0]?.place?.line !== 50) throw new Error('the line was not found');
    ours.push(now() - from);
    from = now();
    rows = program.units.reduce((sum, unit) => sum + (program.lineTable(unit)?.rows.count ?? 0), 0);
    whole.push(now() - from);
  }
  const note = `V8 compiles it in ${median(engine).toFixed(0)} ms`;
  const name = `open ${(bytes.length / 1e6).toFixed(0)} MB with ${Math.round(rows / 1000)},000 line rows`;
  return [
    { name, value: median(ours), unit: 'ms', goal: 600, note },
    { name: `${name}, against V8`, value: median(ours), unit: 'ms', ratio: median(ours) / median(engine), goal: 1.5 },
    { name: 'all its line rows, which nobody needs at once', value: median(whole), unit: 'ms', goal: 600, note },
  ];
}
