import * as l10n from '@vscode/l10n';
import { setjmpFlags } from './hints';

/** Where the driver finds things, as it names them. */
export interface DriverPlaces {
  readonly cwd: string;
  readonly sysroot: string;
}

export interface DriverArguments {
  /** The whole argv, argv[0] first. */
  readonly argv: readonly string[];
  readonly warnings: readonly string[];
}

/** WASI's stand-ins that need no thought: what they declare works as a program expects, or not at all. */
const emulated: readonly string[] = ['-D_WASI_EMULATED_SIGNAL', '-D_WASI_EMULATED_PROCESS_CLOCKS', '-D_WASI_EMULATED_GETPID'];

/** Libraries behind those and behind setjmp; members are only linked where something asks for them. */
export const emulationLibraries: readonly string[] = ['-lwasi-emulated-signal', '-lwasi-emulated-process-clocks', '-lwasi-emulated-getpid', '-lsetjmp'];

const oldTarget = /^wasm32-(?:unknown-)?wasi(?:p1)?$/;
const runtimeSanitizers = new Set(['address', 'hwaddress', 'thread', 'memory', 'leak', 'kernel-address', 'fuzzer']);

/** The arguments of clang's driver for a user's `cc` or `c++`, response files already expanded. */
export function driverArguments(plusPlus: boolean, args: readonly string[], places: DriverPlaces, setjmp = false): DriverArguments {
  const warnings: string[] = [];
  const user: string[] = [];
  const sanitizers = new Set<string>();
  let traps = false;
  let dropped = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-pthread') {
      dropped = true;
      continue;
    }
    if (arg.startsWith('-fsanitize=')) for (const one of arg.slice(11).split(',')) sanitizers.add(one);
    traps ||= arg.startsWith('-fsanitize-trap') || arg.startsWith('-fsanitize-minimal-runtime');
    // The old name only brings a warning that nobody can act on whose Makefile serves other compilers too.
    if (arg.startsWith('--target=') && oldTarget.test(arg.slice(9))) user.push('--target=wasm32-wasip1');
    else if (arg === '-target' && oldTarget.test(args[i + 1] ?? '')) {
      user.push('--target=wasm32-wasip1');
      i++;
    } else user.push(arg);
  }
  if (dropped) warnings.push(l10n.t('-pthread is left out: WASI preview 1 has no threads, and starting one fails when the program runs.'));
  if (sanitizers.size > 0 && !traps && ![...sanitizers].some(one => runtimeSanitizers.has(one))) user.push('-fsanitize-trap=all');
  const argv = [
    'clang',
    ...(plusPlus ? ['--driver-mode=g++'] : []),
    `-working-directory=${places.cwd}`,
    `--sysroot=${places.sysroot}`,
    '-resource-dir', places.sysroot,
    '-fno-exceptions',
    ...emulated,
    ...(setjmp ? setjmpFlags : []),
    ...user,
  ];
  return { argv, warnings };
}

const oneJob = new Set(['-c', '-S', '-E', '-M', '-MM', '-fsyntax-only', '--precompile', '-###', '--version', '--help', '-dumpmachine', '-dumpversion']);

/** Whether the arguments ask for a link as far as can be told without the driver: then its plan is asked for at once. */
export function looksLikeLink(args: readonly string[]): boolean {
  return !args.some(arg => oneJob.has(arg) || arg.startsWith('-print-'));
}

/** A link's arguments with the libraries of WASI's stand-ins, where the user links libc at all. */
export function withEmulation(job: readonly string[]): string[] {
  const plain = job.includes('-lc') && !job.includes('-shared') && !job.includes('--relocatable') && !job.includes('-r');
  return plain ? [...job, ...emulationLibraries] : [...job];
}

/** The environment that the compiler sees of the user's. */
export function compilerEnvironment(env: Readonly<Record<string, string | undefined>>, places: { readonly cwd: string; readonly temporary: string }): Record<string, string> {
  const passed = ['CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'LIBRARY_PATH', 'SOURCE_DATE_EPOCH', 'ZERO_AR_DATE', 'DEPENDENCIES_OUTPUT', 'SUNPRO_DEPENDENCIES',
    'CCC_OVERRIDE_OPTIONS', 'CLANG_NO_DEFAULT_CONFIG', 'NO_COLOR', 'TERM', 'COLUMNS'];
  const given = passed.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]] as [string, string]]));
  return { ...Object.fromEntries(given), PWD: places.cwd, TMPDIR: places.temporary };
}
