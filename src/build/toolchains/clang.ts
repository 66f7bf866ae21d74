import { realpathSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Command } from '../../base/command';
import { isUserError, UserError, type Remedy } from '../../base/error';
import { capture } from '../../base/exec';
import { findProgram, type Machine } from '../../base/find';
import { temporaryFolder } from '../../base/temporary';
import { plainText } from '../diagnostics/lines';
import type { BuildContext, ToolReport } from '../project';

export type Language = 'c' | 'c++';

/** A C and C++ compiler for WASI; whether it is native or embedded shows only in its commands. */
export interface Compiler {
  readonly kind: 'native' | 'embedded';
  /** `clang 14.0.6 (/usr/bin/clang)`. */
  readonly title: string;
  /** The driver for a language, its target given; drivers compile and link. */
  driver(language: Language, args: readonly string[], cwd: string): Command;
  /** llvm's ar, ranlib, nm or strip; undefined where this compiler came without. */
  tool(name: 'ar' | 'ranlib' | 'nm' | 'strip', args: readonly string[], cwd: string): Command | undefined;
  /** The folder of a wasi-sdk, where it is one. */
  readonly sdk?: string;
  /** As the compiler spells it. */
  readonly target: string;
  /** Forgets that it was found to work. */
  forget(): Promise<void>;
}

/** How to get a native one. */
export const install: readonly Remedy[] = [
  { label: l10n.t('Use the embedded compiler'), action: { kind: 'command', command: 'wasmWorkbench.installCompiler' } },
  { label: l10n.t('Get wasi-sdk'), action: { kind: 'url', url: 'https://github.com/WebAssembly/wasi-sdk/releases' } },
  { label: l10n.t('On Debian and Ubuntu'), action: { kind: 'terminal', line: 'sudo apt install clang lld llvm wasi-libc libclang-rt-dev-wasm32 libc++-dev-wasm32' } },
];

/** The target's spellings, newest first: each toolchain knows one or both. */
const spellings = ['wasm32-wasip1', 'wasm32-wasi'] as const;
/** A day: a C library that was removed meanwhile is noticed by then, and at once when a build fails. */
const keep = 24 * 3600 * 1000;

interface Candidate {
  readonly program: string;
  readonly zig: boolean;
  readonly sdk?: string;
  /** The setting that names it: then no other is taken in its place. */
  readonly setting?: string;
}

interface Answer {
  readonly target: string;
  readonly version: string;
}

type Probed = Answer | { readonly failure: string };

const probed = new Map<string, Answer>();

/**
 * The compiler for a language: the settings', then wasi-sdk's, then one on PATH that can link for WASI, then zig, else the embedded one.
 * Throws UserError `tool-missing` with every place that was looked at.
 */
export async function findCompiler(context: BuildContext, language: Language): Promise<Compiler> {
  const { candidates, tried } = listCandidates(context);
  const refused: string[] = [];
  for (const candidate of candidates) {
    const answer = await probe(candidate, language, context);
    if (!('failure' in answer)) return nativeCompiler(candidate, answer, language, context);
    refused.push(`${candidate.program} (${answer.failure})`);
    if (candidate.setting !== undefined) {
      throw new UserError('tool-missing', l10n.t("{0}, which the setting {1} names, can't build {2} for WASI preview 1 (wasm32-wasi): {3}.", candidate.program, candidate.setting, language === 'c' ? 'C' : 'C++', answer.failure), [
        { label: l10n.t('Change the setting'), action: { kind: 'setting', setting: candidate.setting } }, ...install,
      ]);
    }
  }
  if (context.embedded !== 'never') return embeddedCompiler(context);
  throw new UserError('tool-missing', l10n.t('No compiler for WASI preview 1 (wasm32-wasi) was found, and the embedded one is turned off. Looked at: {0}.', [...refused, ...tried].join(', ')), install);
}

/** Whether a message is told in colour. */
export function colorFlags(colors: boolean | undefined): readonly string[] {
  return [colors === true ? '-fcolor-diagnostics' : '-fno-color-diagnostics', '-fdiagnostics-print-source-range-info'];
}

/** Every native compiler that was looked for, for `doctor`. */
export async function compilerReports(context: BuildContext): Promise<readonly ToolReport[]> {
  const { candidates, tried } = listCandidates(context);
  const reports: ToolReport[] = [];
  for (const candidate of candidates) {
    const [c, cxx] = [await probe(candidate, 'c', context), await probe(candidate, 'c++', context)];
    const tool = candidate.zig ? 'zig cc' : 'clang';
    if ('failure' in c) {
      reports.push({ tool, found: { path: candidate.program }, note: l10n.t("can't build for WASI: {0}", c.failure), remedies: install });
    } else {
      const note = 'failure' in cxx ? l10n.t('{0}; C only, since C++ fails: {1}', c.target, cxx.failure) : l10n.t('{0}; C and C++', c.target);
      reports.push({ tool, found: { path: candidate.program, version: c.version }, note });
    }
  }
  if (reports.length === 0) reports.push({ tool: 'clang', found: { tried }, remedies: install });
  return reports;
}

function listCandidates(context: BuildContext): { candidates: readonly Candidate[]; tried: readonly string[] } {
  const { machine, paths } = context;
  const flavour = machine.platform === 'win32' ? path.win32 : path.posix;
  const candidates: Candidate[] = [];
  const tried: string[] = [];
  const sdkClang = (sdk: string): string => flavour.join(sdk, 'bin', machine.platform === 'win32' ? 'clang.exe' : 'clang');
  const add = (names: readonly string[], at: readonly string[], more: Omit<Candidate, 'program'>): void => {
    const found = findProgram(names, at, names.length === 0 ? { ...machine, env: {} } : machine);
    if (!('path' in found)) tried.push(...found.tried);
    else if (!candidates.some(one => one.program === found.path)) candidates.push({ program: found.path, ...more });
  };
  if (paths.clang !== undefined && paths.clang !== '') candidates.push({ program: paths.clang, zig: false, setting: 'wasmWorkbench.paths.clang' });
  if (paths.wasiSdk !== undefined && paths.wasiSdk !== '') candidates.push({ program: sdkClang(paths.wasiSdk), zig: false, sdk: paths.wasiSdk, setting: 'wasmWorkbench.paths.wasiSdk' });
  if (paths.zig !== undefined && paths.zig !== '') candidates.push({ program: paths.zig, zig: true, setting: 'wasmWorkbench.paths.zig' });
  const home = machine.platform === 'win32' ? machine.env.USERPROFILE : machine.env.HOME;
  const sdks = [machine.env.WASI_SDK_PATH, machine.platform === 'win32' ? 'C:\\wasi-sdk' : '/opt/wasi-sdk', home === undefined ? undefined : flavour.join(home, 'wasi-sdk')];
  for (const sdk of sdks) if (sdk !== undefined && sdk !== '') add([], [sdkClang(sdk)], { zig: false, sdk });
  add(['clang'], [], { zig: false });
  // Homebrew keeps its llvm off PATH, since the system's clang has the name.
  if (machine.platform === 'darwin') for (const prefix of ['/opt/homebrew', '/usr/local']) add([], [`${prefix}/opt/llvm/bin/clang`], { zig: false });
  for (const version of ['22', '21', '20', '19', '18', '17', '16', '15', '14', '13']) {
    const found = findProgram([`clang-${version}`], [], machine);
    if ('path' in found) candidates.push({ program: found.path, zig: false });
  }
  add(['zig'], [], { zig: true });
  return { candidates: dropSame(candidates), tried };
}

/** One name of each program: clang is clang-14 by a link on most machines. */
function dropSame(candidates: readonly Candidate[]): readonly Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(candidate => {
    let real = candidate.program;
    try {
      real = realpathSync(real);
    } catch {
      // A fake machine's program, or a setting's that isn't there.
    }
    if (seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}

async function probe(candidate: Candidate, language: Language, context: BuildContext): Promise<Probed> {
  const key = cacheKey(candidate, language);
  const known = probed.get(key) ?? await readCached(key, context.machine);
  if (known !== undefined) {
    probed.set(key, known);
    return known;
  }
  const folder = await temporaryFolder('probe');
  try {
    const source = path.join(folder.path, language === 'c' ? 'probe.c' : 'probe.cc');
    await writeFile(source, language === 'c' ? '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' : '#include <cstddef>\n#include <string>\nint main(int n, char **a) { return (int)std::string(a[0]).size() > n; }\n');
    let failure = '';
    for (const target of spellings) {
      const args = [...driverArgs(candidate, language, target), ...(language === 'c++' ? ['-fno-exceptions'] : []), source, '-o', path.join(folder.path, 'probe.wasm')];
      let ran;
      try {
        ran = await capture(context.exec, { tool: candidate.program, args, cwd: folder.path }, context.signal, 1 << 16);
      } catch (error) {
        if (isUserError(error)) return { failure: l10n.t('it does not start') };
        throw error;
      }
      if (ran.code === 0 && ran.signal === undefined) {
        const answer = { target, version: await versionOf(candidate, context) };
        probed.set(key, answer);
        await writeCached(key, answer, context.machine);
        return answer;
      }
      const lines = plainText(ran.stderr + ran.stdout).split('\n').map(line => line.trim());
      failure = lines.find(line => /error/i.test(line))?.replace(/^.*?error: /, '') ?? l10n.t('it ended with code {0}', ran.code);
    }
    return { failure };
  } finally {
    await folder.dispose();
  }
}

async function versionOf(candidate: Candidate, context: BuildContext): Promise<string> {
  const args = candidate.zig ? ['version'] : ['--version'];
  const ran = await capture(context.exec, { tool: candidate.program, args, cwd: path.dirname(candidate.program) }, context.signal, 1 << 16);
  return /\d+\.\d+\.\d+[\w.+-]*/.exec(ran.stdout)?.[0] ?? ran.stdout.split('\n', 1)[0]?.trim() ?? '';
}

function driverArgs(candidate: Candidate, language: Language, target: string): readonly string[] {
  if (candidate.zig) return [language === 'c' ? 'cc' : 'c++', `--target=${target}`];
  return [`--target=${target}`, ...(language === 'c++' ? ['--driver-mode=g++'] : [])];
}

function nativeCompiler(candidate: Candidate, answer: Answer, language: Language, context: BuildContext): Compiler {
  const { machine } = context;
  const program = candidate.program;
  return {
    kind: 'native',
    title: `${candidate.zig ? 'zig cc' : 'clang'} ${answer.version} (${program})`,
    target: answer.target,
    ...(candidate.sdk === undefined ? {} : { sdk: candidate.sdk }),
    driver: (wanted, args, cwd) => ({ tool: program, args: [...driverArgs(candidate, wanted, answer.target), ...args], cwd }),
    tool(name, args, cwd) {
      if (candidate.zig) return { tool: program, args: [name, ...args], cwd };
      const found = besides(program, `llvm-${name}`, answer.version, machine);
      if (found !== undefined) return { tool: found, args, cwd };
      return context.embedded === 'never' ? undefined : context.self([name, ...args], cwd);
    },
    async forget() {
      const key = cacheKey(candidate, language);
      probed.delete(key);
      await writeCached(key, undefined, machine);
    },
  };
}

/** The embedded compiler behind our own command line. */
export function embeddedCompiler(context: BuildContext): Compiler {
  return {
    kind: 'embedded',
    title: l10n.t('the embedded compiler'),
    target: 'wasm32-wasip1',
    driver: (language, args, cwd) => context.self([language === 'c' ? 'cc' : 'c++', ...args], cwd),
    tool: (name, args, cwd) => context.self([name, ...args], cwd),
    forget: () => Promise.resolve(),
  };
}

/** One of llvm's tools that belongs to a clang: in its folder, in that of the program behind the link, or on PATH with its version. */
function besides(clang: string, name: string, version: string, machine: Machine): string | undefined {
  const flavour = machine.platform === 'win32' ? path.win32 : path.posix;
  const places = [flavour.join(flavour.dirname(clang), name)];
  try {
    places.push(flavour.join(flavour.dirname(realpathSync(clang)), name));
  } catch {
    // A fake machine's program.
  }
  const found = findProgram([name, `${name}-${version.split('.')[0] ?? ''}`], places, machine);
  return 'path' in found ? found.path : undefined;
}

function cacheKey(candidate: Candidate, language: Language): string {
  const info = statSync(candidate.program, { throwIfNoEntry: false });
  return [candidate.program, language, info?.mtimeMs ?? 0, info?.size ?? 0].join('|');
}

type Cache = Record<string, Answer & { readonly when: number }>;

function cacheFile(machine: Machine): string | undefined {
  const { env, platform } = machine;
  const base = platform === 'win32' ? env.LOCALAPPDATA
    : platform === 'darwin' ? env.HOME && path.join(env.HOME, 'Library', 'Caches')
      : env.XDG_CACHE_HOME ?? (env.HOME && path.join(env.HOME, '.cache'));
  return base === undefined || base === '' ? undefined : path.join(base, 'wasm-workbench', 'compilers.json');
}

async function readCache(file: string): Promise<Cache> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof value === 'object' && value !== null ? value as Cache : {};
  } catch {
    return {};
  }
}

async function readCached(key: string, machine: Machine): Promise<Answer | undefined> {
  const file = cacheFile(machine);
  const entry = file === undefined ? undefined : (await readCache(file))[key];
  return entry !== undefined && Date.now() - entry.when < keep && typeof entry.target === 'string' ? { target: entry.target, version: entry.version } : undefined;
}

/** Good answers only: what was missing may be there by the next build. A cache that can't be written only costs a probe. */
async function writeCached(key: string, answer: Answer | undefined, machine: Machine): Promise<void> {
  const file = cacheFile(machine);
  if (file === undefined) return;
  try {
    const cache = Object.fromEntries(Object.entries(await readCache(file)).filter(([name, entry]) => name !== key && Date.now() - entry.when < keep));
    if (answer !== undefined) cache[key] = { ...answer, when: Date.now() };
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    await writeFile(temporary, JSON.stringify(cache));
    await rename(temporary, file);
  } catch {
    return;
  }
}
