import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Precompiled, Ran, Request, Run } from './driver';
import { leadingHeaders, type LocalFile } from './includes';
import { readJobs } from './jobs';
import { guestPath } from './paths';
import { replaceFile } from './pending';
import { pinned } from './pinned';

// libc++'s headers are most of the work in a C++ source of the usual size. Those a source begins with are precompiled, one file for
// each set of headers and flags, and handed to the frontend beside the user's own arguments. The result is the same: only headers that
// come before everything else are taken, exactly those, and output that would tell a difference is thrown away for a run without.

/** How a set of headers is precompiled. */
export interface HeaderRecipe {
  readonly key: string;
  readonly headers: readonly string[];
  /** The frontend's arguments, without input and output. */
  readonly frontend: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What is kept beside a precompiled file. */
interface HeaderNote {
  /** All headers behind it; those that were only asked for by __has_include are not among its own inputs. */
  readonly files: readonly string[];
  readonly failed?: boolean;
}

export interface HeaderParts {
  /** Where they are kept. */
  readonly folder: string;
  readonly sysroot: string;
  run(run: Run): Ran;
  /** Bytes that all may take together. */
  readonly limit?: number;
}

const defaultLimit = 512 << 20;
const cppSource = /\.(cc|cp|cpp|cxx|c\+\+|C|CPP)$/;
/** Arguments whose meaning a precompiled header would touch, or whose output would tell of it. */
const unfit = /^(-include|-include-pch|-imacros|-E|-M|-MM|-###|-v|-H|-save-temps.*|--save-temps.*|-ftime-trace.*|-fmodules.*|-fmodule-.*|-fprebuilt-.*|-fsyntax-only|-dM|-dD|-P|-C|-Xclang|-|--precompile|-emit-ast|--analyze|-fdirectives-only|-MJ|--config.*|-nostdinc.*|-ffile-prefix-map.*|-fmacro-prefix-map.*|-Wsystem-headers|-Weverything)$/;
/** Frontend options, with the number of their values, that differ between sources without mattering to headers. */
const incidental: Readonly<Record<string, number>> = { '-main-file-name': 1, '-o': 1, '-dependency-file': 1, '-MT': 1, '-MP': 0, '-sys-header-deps': 0, '-dumpdir': 1, '-working-directory': 1, '-emit-obj': 0, '-S': 0, '-emit-llvm': 0, '-emit-llvm-bc': 0 };
/** Output of a compile that used precompiled headers and would read otherwise without them. */
const telling = /In file included from|precompiled|\bPCH\b|\.pch\b/;

export class HeaderCache implements Precompiled {
  readonly #parts: HeaderParts;
  #wanted: HeaderRecipe | undefined;
  #standard: Set<string> | undefined;

  constructor(parts: HeaderParts) {
    this.#parts = parts;
  }

  /** The recipe that the last compile would have used, once. */
  takeWanted(): HeaderRecipe | undefined {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    return wanted;
  }

  prepare(argv: readonly string[], request: Request, env: Readonly<Record<string, string>>): { args: readonly string[]; settle(ran: Ran): boolean } | undefined {
    this.#wanted = undefined;
    if (!request.args.some(arg => cppSource.test(arg)) || request.args.some(arg => unfit.test(arg))) return undefined;
    const source = request.args.filter(arg => cppSource.test(arg) && !arg.startsWith('-'));
    // A look at the source first: it is cheaper than the driver's plan.
    if (source.length !== 1 || this.#headersOf(resolve(request.cwd, source[0] ?? '')).every(name => name.includes('.'))) return undefined;
    const job = this.#frontendJob(argv, env);
    if (job === undefined) return undefined;
    const input = resolve(request.cwd, job.at(-1) ?? '');
    const headers = this.#headersOf(input).sort();
    const searched = includeFolders(job, request.cwd);
    if (headers.every(name => name.includes('.')) || this.#shadowed(searched)) return undefined;
    const frontend = frontendOptions(job, request.cwd);
    const key = createHash('sha256').update(JSON.stringify([pinned.version, this.#parts.sysroot, headers, frontend])).digest('hex').slice(0, 32);
    const note = this.#note(key);
    if (note?.failed === true) return undefined;
    const file = join(this.#parts.folder, `${key}.pch`);
    if (note === undefined || !fs.existsSync(file)) {
      this.#wanted = { key, headers, frontend, env };
      return undefined;
    }
    const now = new Date();
    try {
      fs.utimesSync(file, now, now);
    } catch {
      // Only the order of removal hangs on it.
    }
    return {
      args: ['-Xclang', '-include-pch', '-Xclang', guestPath(file)],
      settle: ran => {
        if (telling.test(Buffer.from(ran.stderr).toString('latin1'))) return false;
        if (ran.code === 0) completeDependencies(job, request.cwd, [guestPath(file), guestPath(join(this.#parts.folder, `${key}.h`))], note.files);
        return true;
      },
    };
  }

  /** The one frontend job of a compile from C++ source to code; undefined for any other. */
  #frontendJob(argv: readonly string[], env: Readonly<Record<string, string>>): readonly string[] | undefined {
    const ran = this.#parts.run({ argv: ['clang', '-###', ...argv.slice(1)], env });
    const { jobs } = readJobs(Buffer.from(ran.stderr).toString());
    const job = jobs[0];
    if (ran.code !== 0 || jobs.length !== 1 || job?.[1] !== '-cc1') return undefined;
    return job.at(-3) === '-x' && job.at(-2) === 'c++' && !job.includes('-P') ? job : undefined;
  }

  #headersOf(path: string): string[] {
    const file = localFile(path);
    return file === undefined ? [] : leadingHeaders(file, name => this.#isStandard(name));
  }

  #isStandard(name: string): boolean {
    if (name.includes('..') || isAbsolute(name)) return false;
    const { sysroot } = this.#parts;
    return fs.existsSync(join(sysroot, 'include/c++/v1', name)) || fs.existsSync(join(sysroot, 'include/wasm32-wasip1', name));
  }

  /** Whether a folder of the user's holds something that a standard header would find instead of its own neighbour. */
  #shadowed(folders: readonly string[]): boolean {
    this.#standard ??= new Set(['include/c++/v1', 'include/wasm32-wasip1', 'include', 'include/wasm32-wasip1/c++/v1']
      .flatMap(part => entries(join(this.#parts.sysroot, part))).map(name => name.toLowerCase()));
    for (const folder of folders) {
      const names = entries(folder);
      // Without regard to case, as on Windows and macOS: a file VERSION is found as <version> there.
      if (names.some(name => this.#standard?.has(name.toLowerCase()))) return true;
    }
    return false;
  }

  #note(key: string): HeaderNote | undefined {
    try {
      return JSON.parse(fs.readFileSync(join(this.#parts.folder, `${key}.json`), 'utf8')) as HeaderNote;
    } catch {
      return undefined;
    }
  }

  /** Precompiles a set. What fails is noted, so that it isn't tried at every compile. */
  make(recipe: HeaderRecipe): void {
    const { folder } = this.#parts;
    const at = (ending: string): string => join(folder, recipe.key + ending);
    fs.mkdirSync(folder, { recursive: true });
    replaceFile(at('.h'), Buffer.from(recipe.headers.map(name => `#include <${name}>\n`).join('')), undefined);
    const ran = this.#parts.run({
      argv: [
        'clang', '-cc1', ...recipe.frontend, '-emit-pch', '-fno-pch-timestamp', '-main-file-name', `${recipe.key}.h`,
        '-dependency-file', guestPath(at('.d')), '-MT', 'x', '-sys-header-deps', '-o', guestPath(at('.pch')), '-x', 'c++-header', guestPath(at('.h')),
      ],
      env: recipe.env,
    });
    const made = ran.code === 0 && fs.existsSync(at('.pch'));
    const files = made ? dependencies(fs.readFileSync(at('.d'), 'utf8')).filter(file => file !== guestPath(at('.h'))) : [];
    fs.rmSync(at('.d'), { force: true });
    const note: HeaderNote = made ? { files } : { files, failed: true };
    replaceFile(at('.json'), Buffer.from(JSON.stringify(note)), undefined);
    this.#keepWithin(this.#parts.limit ?? defaultLimit, recipe.key);
  }

  /** Removes those used longest ago until the rest fits. */
  #keepWithin(limit: number, newest: string): void {
    const { folder } = this.#parts;
    const kept = fs.readdirSync(folder).filter(name => name.endsWith('.pch')).flatMap(name => {
      const stats = fs.statSync(join(folder, name), { throwIfNoEntry: false });
      return stats === undefined ? [] : [{ key: name.slice(0, -4), size: stats.size, used: stats.mtimeMs }];
    }).sort((a, b) => a.used - b.used);
    let total = kept.reduce((sum, one) => sum + one.size, 0);
    for (const one of kept) {
      if (total <= limit) return;
      if (one.key === newest) continue;
      for (const ending of ['.json', '.pch', '.h']) fs.rmSync(join(folder, one.key + ending), { force: true });
      total -= one.size;
    }
  }
}

/** The names in a folder; none where there is no such folder, which the compiler passes over as well. */
function entries(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function localFile(path: string): LocalFile | undefined {
  try {
    const text = fs.readFileSync(path, 'utf8');
    return { text, read: name => localFile(resolve(dirname(path), name)) };
  } catch {
    return undefined;
  }
}

const folderOptions = ['-I', '-iquote', '-isystem', '-idirafter', '-cxx-isystem', '-F'];

/** The folders that a frontend job was told to search by the user. */
function includeFolders(job: readonly string[], cwd: string): string[] {
  return job.flatMap((word, i) => {
    if (folderOptions.includes(word)) return [resolve(cwd, job[i + 1] ?? '')];
    return word.startsWith('-I') ? [resolve(cwd, word.slice(2))] : [];
  });
}

/** A frontend job's options as far as they matter to headers, its folders absolute. */
export function frontendOptions(job: readonly string[], cwd: string): string[] {
  const options: string[] = [];
  for (let i = 2; i < job.length - 3; i++) {
    const word = job[i] ?? '';
    const values = incidental[word];
    if (values !== undefined) i += values;
    else if (/^-f(debug|coverage)-compilation-dir=/.test(word)) continue;
    else if (folderOptions.includes(word)) options.push(word, guestPath(resolve(cwd, job[++i] ?? '')));
    else if (word.startsWith('-I')) options.push(`-I${guestPath(resolve(cwd, word.slice(2)))}`);
    else options.push(word);
  }
  return options;
}

/** The prerequisites of a make rule as compilers write it. */
export function dependencies(rule: string): string[] {
  const text = rule.replace(/\\\r?\n/g, ' ');
  const colon = /:(?=\s|$)/.exec(text);
  const words = text.slice((colon?.index ?? -1) + 1).split('\n')[0]?.match(/(?:\\.|\$\$|[^\s\\])+/g) ?? [];
  return words.map(word => word.replaceAll('$$', '$').replace(/\\([ #\\])/g, '$1'));
}

function ruleWord(path: string): string {
  return path.replaceAll('$', '$$$$').replace(/([ #])/g, '\\$1');
}

/** A compile's dependency file as it is without precompiled headers: it names the real headers already, but the set's own two files too. */
function completeDependencies(job: readonly string[], cwd: string, own: readonly string[], behind: readonly string[]): void {
  const at = job.indexOf('-dependency-file');
  const written = job[at + 1];
  if (at < 0 || written === undefined || written === '-') return;
  const path = resolve(cwd, written);
  const text = withoutOwn(fs.readFileSync(path, 'utf8'), job.at(-1) ?? '', own, job.includes('-sys-header-deps') ? behind : []);
  replaceFile(path, Buffer.from(text), fs.statSync(path).mode & 0o7777);
}

/** A dependency file without `own` and with all of `behind`; the source comes first, as compilers have it. */
export function withoutOwn(text: string, source: string, own: readonly string[], behind: readonly string[]): string {
  const rules = text.replace(/\\\r?\n/g, ' ').split('\n').filter(line => line.trim() !== '');
  const [first, ...others] = rules;
  const target = /^(.*?):(?=\s|$)/.exec(first ?? '')?.[1] ?? '';
  const files = dependencies(first ?? '').filter(file => !own.includes(file) && file !== source);
  const named = new Set(files);
  const added = behind.filter(file => !named.has(file));
  const phony = others.filter(rule => ![source, ...own].some(file => rule.trim() === `${ruleWord(file)}:`));
  if (phony.length > 0) phony.push(...added.map(file => `${ruleWord(file)}:`));
  return `${target}: ${[source, ...files, ...added].map(ruleWord).join(' \\\n  ')}\n${phony.map(rule => `${rule}\n`).join('')}`;
}
