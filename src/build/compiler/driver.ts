import * as fs from 'node:fs';
import * as l10n from '@vscode/l10n';
import { archiverArguments, archiverScript } from './archive';
import { compilerEnvironment, driverArguments, looksLikeLink, withEmulation } from './arguments';
import { hintsFor, wantsSetjmp } from './hints';
import { frontendJob, needsJobs, readJobs, temporaryOutputs } from './jobs';
import { absoluteArguments, linkerTable, nmTable, objdumpTable, ranlibTable, stripTable, takeArguments } from './operands';
import { guestPath, hostPath } from './paths';
import { replaceFile } from './pending';
import { readsStdin, type Asked } from './protocol';
import { expandResponses } from './response';

/** One run of the module. */
export interface Run {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array;
}

export interface Ran {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** What a user asked for, with what is on standard input. */
export interface Request extends Asked {
  readonly stdin?: Uint8Array;
}

/** What the driver stands on. */
export interface Ground {
  /** Runs the module once, to its end. */
  run(run: Run): Ran;
  /** The folder of headers and libraries, on this machine. */
  readonly sysroot: string;
  /** A folder of our own for files between jobs. */
  readonly temporary: string;
  /** Arguments that make one compile of C++ quicker, and what to do about the files it wrote: see pch.ts. */
  readonly precompiled?: Precompiled;
}

/** A store of precompiled headers. */
export interface Precompiled {
  /** Further arguments for a compile, or undefined; `settle` is called after the run and tells whether its result can be used. */
  prepare(argv: readonly string[], request: Request, env: Readonly<Record<string, string>>): { readonly args: readonly string[]; settle(ran: Ran): boolean } | undefined;
}

/** Runs one of the tools to its end, as a command line would. */
export function runTool(request: Request, ground: Ground): Ran {
  const env = compilerEnvironment(request.env, { cwd: guestPath(shownFolder(request)), temporary: guestPath(ground.temporary) });
  const args = expandResponses(request.args, request.cwd);
  const plain = (argv: readonly string[]): Ran => ground.run({ argv, env, stdin: request.stdin });
  switch (request.tool) {
    case 'cc':
    case 'c++':
      return new Driver(request, args, env, ground).run();
    case 'ar': {
      const script = request.stdin !== undefined && readsStdin('ar', args) ? Buffer.from(archiverScript(Buffer.from(request.stdin).toString(), request.cwd)) : undefined;
      return ground.run({ argv: ['ar', ...archiverArguments(args, request.cwd)], env, stdin: script });
    }
    case 'ranlib': return plain(['ranlib', ...absoluteArguments(args, ranlibTable, request.cwd)]);
    // Without an operand these two read a.out.
    case 'nm': return plain(['nm', ...withOperand(args, absoluteArguments(args, nmTable, request.cwd), request.cwd)]);
    case 'objdump': return plain(['objdump', ...absoluteArguments(args, objdumpTable, request.cwd)]);
    case 'strip': return strip(args, request, plain);
  }
}

function withOperand(args: readonly string[], absolute: readonly string[], cwd: string): readonly string[] {
  const asks = args.some(arg => /^--?(help|version|h|V)$/.test(arg));
  const none = takeArguments(args, nmTable, cwd).every(one => one.kind === 'option');
  return none && !asks ? [...absolute, guestPath(cwd) + '/a.out'] : absolute;
}

/** The folder as the user's shell names it (through links, as a native compiler tells it to a debugger), where PWD is true. */
function shownFolder(request: Request): string {
  const named = request.env['PWD'];
  if (named === undefined || process.platform === 'win32' || !named.startsWith('/') || named === request.cwd) return request.cwd;
  try {
    const a = fs.statSync(named, { bigint: true });
    const b = fs.statSync(request.cwd, { bigint: true });
    return a.dev === b.dev && a.ino === b.ino ? named : request.cwd;
  } catch {
    return request.cwd;
  }
}

/** One `cc` or `c++`: a single job runs in the driver itself, several are planned by it and run here one after the other. */
class Driver {
  readonly #out: Uint8Array[] = [];
  readonly #err: Uint8Array[] = [];
  readonly #request: Request;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #ground: Ground;

  constructor(request: Request, args: readonly string[], env: Readonly<Record<string, string>>, ground: Ground) {
    this.#request = request;
    this.#args = args;
    this.#env = env;
    this.#ground = ground;
  }

  run(): Ran {
    let code = this.#attempt(false);
    if (code !== 0 && this.#said(wantsSetjmp)) {
      this.#out.length = this.#err.length = 0;
      code = this.#attempt(true);
    }
    if (code !== 0) {
      const hints = hintsFor(Buffer.concat(this.#err).toString());
      if (hints.length > 0) this.#say(hints.map(hint => `wasm-workbench: ${l10n.t('note')}: ${hint}\n`).join(''));
    }
    return { code, stdout: Buffer.concat(this.#out), stderr: Buffer.concat(this.#err) };
  }

  #said(pattern: RegExp): boolean {
    return this.#err.some(chunk => chunk.length > 0 && pattern.test(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')));
  }

  #say(text: string): void {
    this.#err.push(Buffer.from(text));
  }

  #keep(ran: Ran): number {
    this.#out.push(ran.stdout);
    this.#err.push(ran.stderr);
    return ran.code;
  }

  #start(argv: readonly string[]): Ran {
    return this.#ground.run({ argv, env: this.#env, stdin: this.#request.stdin });
  }

  #attempt(setjmp: boolean): number {
    const places = { cwd: guestPath(shownFolder(this.#request)), sysroot: guestPath(this.#ground.sysroot) };
    const { argv, warnings } = driverArguments(this.#request.tool === 'c++', this.#args, places, setjmp);
    if (!setjmp) for (const warning of warnings) this.#say(`clang: ${l10n.t('warning')}: ${warning}\n`);
    if (looksLikeLink(this.#args)) return this.#planned(argv);
    const quicker = this.#ground.precompiled?.prepare(argv, { ...this.#request, args: this.#args }, this.#env);
    if (quicker !== undefined) {
      const ran = this.#start([...argv, ...quicker.args]);
      if (quicker.settle(ran)) return this.#keep(ran);
    }
    const ran = this.#start(argv);
    if (ran.code !== 0 && Buffer.from(ran.stderr).includes(needsJobs)) return this.#planned(argv);
    return this.#keep(ran);
  }

  #planned(argv: readonly string[]): number {
    const plan = this.#start([...argv.slice(0, 1), '-###', ...argv.slice(1)]);
    const { jobs, messages } = readJobs(Buffer.from(plan.stderr).toString());
    const only = jobs[0];
    if (plan.code === 0 && (only === undefined || (jobs.length === 1 && only[1] === '-cc1'))) return this.#keep(this.#start(argv));
    if (this.#args.includes('-v') || this.#args.includes('-###')) this.#err.push(plan.stderr);
    else this.#say(messages);
    if (plan.code !== 0 || this.#args.includes('-###')) return plan.code;
    try {
      return this.#all(jobs);
    } finally {
      for (const path of temporaryOutputs(jobs, guestPath(this.#ground.temporary))) fs.rmSync(hostPath(path.slice(1)), { force: true });
    }
  }

  #all(jobs: readonly (readonly string[])[]): number {
    for (const job of jobs) {
      const tool = (job[0] ?? '').replace(/^.*[\\/]/, '').replace(/\.(exe|wasm)$/, '');
      if (tool === 'clang') {
        const code = this.#keep(this.#start(frontendJob(job, this.#request.cwd)));
        if (code !== 0) return code;
        continue;
      }
      const links = tool === 'wasm-ld';
      const args = absoluteArguments((links ? withEmulation(job) : job).slice(1), linkerTable, this.#request.cwd);
      const code = this.#keep(this.#start([tool, ...args]));
      if (code !== 0) {
        this.#say(`clang: error: ${links ? 'linker' : tool} command failed with exit code ${code} (use -v to see invocation)\n`);
        return code;
      }
      if (links) makeRunnable(args);
    }
    return 0;
  }
}

/** A linked program may be executed, as with every linker; WASI has no chmod to say so. */
function makeRunnable(args: readonly string[]): void {
  const output = args[args.indexOf('-o') + 1];
  if (process.platform === 'win32' || !args.includes('-o') || output === undefined) return;
  const file = hostPath(output.slice(1));
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === true) fs.chmodSync(file, (stats.mode & 0o7777) | ((stats.mode & 0o444) >> 2));
}

/** `strip` fails when it sets the modes of what it wrote, so it writes to standard output, and the file is ours to write. */
function strip(args: readonly string[], request: Request, run: (argv: readonly string[]) => Ran): Ran {
  const taken = takeArguments(args, stripTable, request.cwd);
  const operands = taken.filter(one => one.kind === 'operand');
  const output = taken.find(one => one.name === 'o')?.args.at(-1);
  const options = taken.filter(one => one.kind === 'option' && one.name !== 'o').flatMap(one => one.args);
  if (operands.length === 0 || operands.some(one => one.value === '-') || (output !== undefined && operands.length > 1)) {
    return run(['strip', ...taken.flatMap(one => one.args)]);
  }
  const err: Uint8Array[] = [];
  for (const operand of operands) {
    const input = operand.args[0] ?? '';
    const ran = run(['strip', ...options, '-o', '-', input]);
    err.push(ran.stderr);
    if (ran.code !== 0) return { code: ran.code, stdout: new Uint8Array(0), stderr: Buffer.concat(err) };
    if (output === '-') return ran;
    const from = hostPath(input.slice(1));
    const to = output === undefined ? from : hostPath(output.replace(/^-?o?(?=\/)/, '').slice(1));
    try {
      const stats = fs.statSync(from);
      replaceFile(to, ran.stdout, stats.mode & 0o7777);
      if (taken.some(one => one.name === 'p' || one.name === 'preserve-dates')) fs.utimesSync(to, stats.atime, stats.mtime);
    } catch (error) {
      err.push(Buffer.from(`strip: error: '${operand.value ?? ''}': ${error instanceof Error ? error.message : String(error)}\n`));
      return { code: 1, stdout: new Uint8Array(0), stderr: Buffer.concat(err) };
    }
  }
  return { code: 0, stdout: new Uint8Array(0), stderr: Buffer.concat(err) };
}
