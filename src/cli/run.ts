import * as l10n from '@vscode/l10n';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import type { Exit } from '../base/command';
import { messageOf, systemCode, UserError } from '../base/error';
import { chooseRuntime, judge } from '../run/choose';
import { checkRequest, parseCount, parseEnvFile, parseMount, parseSize, parseTime } from '../run/check';
import { loadHost } from '../run/hosting';
import { readModuleBytes, runGuest } from '../run/hosting/guest';
import { refuse, specOf } from '../run/guest';
import { parseReady } from '../run/ready';
import type { Limits, Mount, RunRequest } from '../run/request';
import { runtimes } from '../run/runtimes/index';
import { parseGrant } from '../wasi/node/sockets/grants';
import type { WasmModule } from '../wasm/module';
import { readModule } from '../wasm/read';
import type { Arguments } from './arguments';
import { isImageTarget } from '../image/target';
import type { CliIo } from './io';
import { runContext } from './context';

/** A module that is to be run: its bytes where we have them already. */
export interface Program {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly info: WasmModule;
  /** Whether `path` is a file that another program can read as a module. */
  readonly onDisk: boolean;
  /** The folder of the project that it was built from. */
  readonly project?: string;
  /** What an image that it lies in gives it. */
  readonly surroundings?: { readonly env: Readonly<Record<string, string>>; readonly mounts: readonly Mount[] };
}

/** `run`: the guest's exit code. */
export async function run(args: Arguments, io: CliIo): Promise<number> {
  const [target = '.', ...words] = args.positionals;
  const wish = args.one('runtime') ?? io.env['WASM_WORKBENCH_RUNTIME'] ?? 'auto';
  if (isImageTarget(target, resolve(io.cwd, target))) {
    if (wish === 'docker' && !args.has('why')) return imageRun(target, [...words, ...args.rest], args, io);
    const { imageProgram } = await import('./runImage');
    const image = await imageProgram(target, [...words, ...args.rest], args, io);
    try {
      // In a process of its own: ours stays to remove the files, however the program ends.
      return await runProgram(image.program, image.args, wish, args, { ...io, ownProcess: false });
    } finally {
      await image.dispose();
    }
  }
  return runProgram(await programOf(resolve(io.cwd, target), args, io), [...words, ...args.rest], wish, args, io);
}

async function runProgram(program: Program, words: readonly string[], wish: string, args: Arguments, io: CliIo): Promise<number> {
  const context = runContext(io);
  if (args.has('why')) return why(program, words, wish, args, io);
  const never = new AbortController().signal;
  const { runtime, reason } = await chooseRuntime(program.info, basename(program.path), wish, context, never);
  if (wish === 'auto' && runtime !== runtimes[0]) io.stderr(reason + '\n');
  const request = await requestOf(program, words, args, io);
  const host = runtime.id === 'embedded' || runtime.id === 'node' ? runtime.id : undefined;
  if (host !== undefined && request.limits?.time === undefined && io.ownProcess) {
    // No process in between: the terminal, signals and the parent's death are the guest's own, and nothing has to start twice.
    refuse(host, request);
    checkRequest(request);
    io.releaseSignals();
    return runGuest(specOf(host, request), await loadHost(host), program);
  }
  if (!program.onDisk) return withFile(program, file => runtime.run({ ...request, module: file }, { terminal: true, signal: io.signal }, context));
  // A container is no child that the terminal's signals reach: it is ended by us.
  const exit = await runtime.run(request, { terminal: true, signal: runtime.id === 'docker' ? io.signal : never }, context);
  sayTimeout(exit, args, io);
  return exit.code;
}

function sayTimeout(exit: Exit, args: Arguments, io: CliIo): void {
  if (exit.signal === 'timeout') io.stderr(l10n.t('Stopped: the time limit of {0} is over.', args.one('timeout') ?? '') + '\n');
}

/** An image in Docker: nothing of it is read here. */
async function imageRun(target: string, words: readonly string[], args: Arguments, io: CliIo): Promise<number> {
  const { dockerWish, imageInDocker } = await import('./docker');
  const limits = limitsOf(args);
  const stdin = args.one('stdin');
  const exit = await imageInDocker(target, existsSync(resolve(io.cwd, target)), {
    env: envOf({}, args, io), mounts: args.all('dir').map(text => parseMount(text, io.cwd)), docker: dockerWish(args, io),
    ...(words.length === 0 ? {} : { args: words }), ...(limits === undefined ? {} : { limits }), ...(stdin === undefined ? {} : { stdin: resolve(io.cwd, stdin) }),
  }, io);
  sayTimeout(exit, args, io);
  return exit.code;
}

async function withFile(program: Program, use: (file: string) => Promise<{ readonly code: number }>): Promise<number> {
  const { temporaryFolder } = await import('../base/temporary');
  const { writeFile } = await import('node:fs/promises');
  const folder = await temporaryFolder('run');
  try {
    const file = resolve(folder.path, basename(program.path, extname(program.path)) + '.wasm');
    await writeFile(file, program.bytes);
    return (await use(file)).code;
  } finally {
    await folder.dispose();
  }
}

/** Finds out what TARGET is: a module runs as it is, text is assembled, anything else is built. */
export async function programOf(path: string, args: Arguments, io: CliIo): Promise<Program> {
  const ending = extname(path).toLowerCase();
  if (ending === '.wasm' || (ending !== '.wat' && looksLikeModule(path))) {
    for (const name of ['profile', 'target']) {
      if (args.has(name)) throw new UserError('usage', l10n.t('Option --{0} is for projects; {1} is a module.', name, path));
    }
    const bytes = readModuleBytes(path);
    return { path, bytes, info: readModule(bytes, path), onDisk: true };
  }
  if (ending === '.wat') {
    const { assembleFile } = await import('./convert');
    const bytes = await assembleFile(path, path, true, io);
    return { path, bytes, info: readModule(bytes, path), onDisk: false };
  }
  const { chooseModule, build, projectAt } = await import('../build/index');
  const { buildOptions, buildOutput } = await import('./build');
  const { buildContext } = await import('./surroundings');
  const project = await projectAt(path, io.signal);
  const built = await build(project, buildOptions(args, io), buildContext(io, args.has('yes')), buildOutput(io));
  const module = chooseModule(built, args.one('target'));
  return { path: module.path, bytes: readModuleBytes(module.path), info: module.info, onDisk: true, project: project.folder };
}

function looksLikeModule(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const fd = openSync(path, 'r');
    const head = Buffer.alloc(4);
    readSync(fd, head, 0, 4, 0);
    closeSync(fd);
    return head.equals(Buffer.from([0, 0x61, 0x73, 0x6d])) || (extname(path) === '' && head[0] !== 0x23);
  } catch {
    return false;
  }
}

/** Loaded only where a trace or a report is wanted. */
const tracing = () => import('../run/hosting/tracing');

async function requestOf(program: Program, words: readonly string[], args: Arguments, io: CliIo): Promise<RunRequest> {
  const limits = limitsOf(args);
  const stdin = args.one('stdin');
  const traceFile = io.env['WASM_WORKBENCH_TRACE'];
  const ready = parseReady(io.env['WASM_WORKBENCH_READY']);
  return {
    module: program.path, info: program.info, args: words, env: envOf(program.surroundings?.env ?? {}, args, io),
    mounts: mountsOf(program, args, io),
    ...(stdin === undefined ? {} : { stdin: resolve(io.cwd, stdin) }),
    ...(limits === undefined ? {} : { limits }),
    ...(args.has('listen') ? { listen: addresses(args, 'listen') } : {}), ...(args.has('connect') ? { connect: addresses(args, 'connect') } : {}),
    ...(args.has('trace') ? { trace: {
      groups: (await tracing()).parseTrace(args.one('trace') ?? ''), json: args.has('json'),
      ...(traceFile === undefined || traceFile === '' ? {} : { file: resolve(io.cwd, traceFile) }),
    } } : {}),
    ...(ready === undefined ? {} : { ready }),
    ...(args.one('runtime') === 'docker' || io.env['WASM_WORKBENCH_RUNTIME'] === 'docker' ? { docker: (await import('./docker')).dockerWish(args, io) } : onlyForDocker(args)),
  };
}

/** Throws UserError 'usage' for what only runtime docker understands. */
function onlyForDocker(args: Arguments): object {
  const given = ['publish', 'docker-context', 'docker-runtime', 'network', 'annotation', 'name', 'keep'].find(option => args.has(option));
  if (given !== undefined) throw new UserError('usage', l10n.t('Option --{0} is for --runtime docker.', given) + (given === 'publish' ? ' ' + l10n.t('Elsewhere a program listens by --listen ADDR.') : ''));
  return {};
}

function envOf(given: Readonly<Record<string, string>>, args: Arguments, io: CliIo): Record<string, string> {
  const env: Record<string, string> = { ...given };
  for (const file of args.all('env-file')) Object.assign(env, readEnvFile(resolve(io.cwd, file)));
  for (const text of args.all('env')) {
    const at = text.indexOf('=');
    if (at === 0) throw new UserError('usage', l10n.t('{0} is not an environment variable: write NAME=VALUE.', JSON.stringify(text)));
    if (at > 0) env[text.slice(0, at)] = text.slice(at + 1);
    else if (io.env[text] !== undefined) env[text] = io.env[text];
  }
  return env;
}

function limitsOf(args: Arguments): Limits | undefined {
  const limits: Limits = {
    ...(args.has('max-memory') ? { memory: parseSize(args.one('max-memory') ?? '') } : {}),
    ...(args.has('max-output') ? { output: parseSize(args.one('max-output') ?? '') } : {}),
    ...(args.has('max-files') ? { openFiles: parseCount(args.one('max-files') ?? '') } : {}),
    ...(args.has('timeout') ? { time: parseTime(args.one('timeout') ?? '') } : {}),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** What --dir says; a project's program that is given nothing has its own folder as /, as in the editor. */
function mountsOf(program: Program, args: Arguments, io: CliIo): readonly Mount[] {
  if (!args.has('dir') && program.project !== undefined) return [{ host: program.project, guest: '/' }];
  return [...program.surroundings?.mounts ?? [], ...args.all('dir').map(text => parseMount(text, io.cwd))];
}

function addresses(args: Arguments, option: string): readonly string[] {
  for (const text of args.all(option)) {
    if (parseGrant(text) === undefined) throw new UserError('usage', l10n.t('{0} is not an address for --{1}: write PORT, HOST:PORT, HOST or *.', JSON.stringify(text), option));
  }
  return args.all(option);
}

function readEnvFile(path: string): Record<string, string> {
  try {
    return parseEnvFile(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? l10n.t('there is no such file') : messageOf(error);
    throw new UserError('bad-path', l10n.t("Can't read the environment file {0}: {1}.", path, reason), [], { cause: error });
  }
}

/** `run --why`: which runtime, and what the others say. */
async function why(program: Program, words: readonly string[], wish: string, args: Arguments, io: CliIo): Promise<number> {
  const { capabilitiesOf, reportText } = await tracing();
  const context = runContext(io);
  const verdicts = await Promise.all(runtimes.map(runtime => judge(runtime, program.info, context, io.signal)));
  const rows = verdicts.map(({ runtime, objection, found }) => ({
    id: runtime.id, title: runtime.title, fits: objection === undefined, ...(objection === undefined ? {} : { objection }), ...found,
  }));
  const request = await requestOf(program, words, args, io);
  const capabilities = capabilitiesOf(program.info.imports, request);
  if (args.has('json')) {
    const choice = await chooseRuntime(program.info, basename(program.path), wish, context, io.signal).catch((error: unknown) => {
      if (error instanceof UserError) return { runtime: undefined, reason: error.message };
      throw error;
    });
    io.stdout(JSON.stringify({ runtime: choice.runtime?.id ?? null, reason: choice.reason, runtimes: rows, capabilities }, undefined, 2) + '\n');
    return choice.runtime === undefined ? 126 : 0;
  }
  const { reason } = await chooseRuntime(program.info, basename(program.path), wish, context, io.signal);
  io.stdout(reason + '\n');
  for (const row of rows) {
    const said = row.objection === undefined ? 'path' in row ? l10n.t('can run it ({0})', row.path) : l10n.t('could run it, but is not installed') : l10n.t("can't: {0}", row.objection);
    io.stdout(`  ${row.id.padEnd(10)}${said}\n`);
  }
  io.stdout(reportText(capabilities));
  return 0;
}
