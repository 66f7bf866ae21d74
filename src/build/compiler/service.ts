import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { Command, Env, Exec, Exit, Output } from '../../base/command';
import { mergeEnv, endTree, exec as execute, start } from '../../base/exec';
import { noLog, type Log } from '../../base/log';
import { temporaryFolder } from '../../base/temporary';
import { askServer, ServerGone } from './client';
import { locateCompiler, storageFolder } from './locate';
import { compilerMissing } from './missing';
import { isTool, readsStdin, readyLine, serverVariable, type Asked, type Tool } from './protocol';
import type { ServerStart } from './server';
import { sysrootOf } from './sysroot';

/** What a session's compiler is made of. */
export interface CompilerServiceParts {
  /** Our command line's bundle, as `BuildContext.self` names it: commands of it that are tools go to the server. */
  readonly cli: string;
  /** Where a project's node_modules is sought. */
  readonly cwd: string;
  readonly storage?: string;
  /** A folder with a compiler, of the user's choice. */
  readonly setting?: string;
  /** Jobs at once; the processors by default. */
  readonly parallel?: number;
  /** How long the server stays without work: 60 s by default. */
  readonly idleMs?: number;
  readonly exec?: Exec;
  readonly log?: Log;
  /** server.ts's bundle, beside this one by default. */
  readonly script?: string;
}

/** The warm compiler of a session; it starts when it is first needed. */
export interface CompilerService {
  /** Runs any command: our own tools on the server without a process of theirs, others with the server's place in their environment. */
  readonly exec: Exec;
  /** Starts the server before it is needed, for a first file without delay. Rejects with UserError `tool-missing`. */
  warm(): Promise<void>;
  /** Ends the server and what it runs. */
  dispose(): Promise<void>;
}

interface Running {
  readonly child: ReturnType<typeof start>;
  readonly place: string;
  readonly folder: { dispose(): Promise<void> };
}

/** Programs that start compilers: the server is up before they are. */
const builders = /^(make|gmake|mingw32-make|ninja|cmake|meson|configure|sh|bash)(\.exe)?$/;

/** A session's compiler. See {@link CompilerService}. */
export function createCompilerService(parts: CompilerServiceParts): CompilerService {
  const log = parts.log ?? noLog;
  const run = parts.exec ?? execute;
  let running: Promise<Running> | undefined;
  let disposed = false;

  const ensure = (): Promise<Running> => {
    if (disposed) return Promise.reject(new Error('the compiler service is disposed'));
    if (running === undefined) {
      const starting = launch(parts, log, () => { if (running === starting) running = undefined; });
      running = starting;
      starting.catch(() => { if (running === starting) running = undefined; });
    }
    return running;
  };

  const execTool = async (tool: Tool, args: readonly string[], command: Command, output: Output): Promise<Exit> => {
    output.signal.throwIfAborted();
    const asked: Asked = { tool, args, cwd: command.cwd, env: mergeEnv(process.env, command.env) };
    const once = async (server: Running): Promise<Exit> => {
      const { place } = server;
      return { code: await askServer(place, asked, { stdout: chunk => { output.stdout(chunk); }, stderr: chunk => { output.stderr(chunk); }, signal: output.signal }) };
    };
    const server = await ensure();
    try {
      return await once(server);
    } catch (error) {
      // It went to rest between the look and the question; its end may not have been told yet.
      if (!(error instanceof ServerGone)) throw error;
      await endTree(server.child);
      return once(await ensure());
    }
  };

  const execForeign = async (command: Command, output: Output): Promise<Exit> => {
    if (!builders.test(basename(command.tool)) && running === undefined) return run(command, output);
    let place: string;
    try {
      ({ place } = await ensure());
    } catch {
      // No embedded compiler: then the build uses another, or says so itself.
      return run(command, output);
    }
    // While this connection is open the server doesn't rest.
    const hold: Socket = connect(place.slice(place.indexOf('@') + 1)).on('error', () => {});
    try {
      const env: Env = { ...command.env, [serverVariable]: place };
      return await run({ ...command, env }, output);
    } finally {
      hold.destroy();
    }
  };

  return {
    exec(command, output) {
      const [first, tool, ...args] = command.args;
      if (first === parts.cli && isTool(tool) && !readsStdin(tool, args.filter(arg => !arg.startsWith('@')))) return execTool(tool, args, command, output);
      return execForeign(command, output);
    },
    async warm() {
      await ensure();
    },
    async dispose() {
      disposed = true;
      const last = await running?.catch(() => undefined);
      running = undefined;
      if (last === undefined) return;
      last.child.stdin?.destroy();
      await endTree(last.child);
      await last.folder.dispose();
    },
  };
}

async function launch(parts: CompilerServiceParts, log: Log, ended: () => void): Promise<Running> {
  const storage = parts.storage ?? storageFolder();
  const located = locateCompiler({ setting: parts.setting, cwd: parts.cwd, storage });
  if ('tried' in located) throw compilerMissing(located.tried);
  const sysroot = await sysrootOf(located, storage);
  // mkdtemp makes it for this user alone, and with it the socket inside.
  const folder = await temporaryFolder('cc');
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\wasm-workbench-${randomBytes(16).toString('hex')}` : join(folder.path, 's');
  const key = randomBytes(16).toString('hex');
  const start0: ServerStart = {
    address, key, wasm: located.wasm, sysroot, temporary: join(folder.path, 't'), headers: join(storage, 'headers'),
    size: parts.parallel ?? availableParallelism(), idleMs: parts.idleMs ?? 60_000,
  };
  const script = parts.script ?? join(__dirname, process.env['WASM_WORKBENCH_BUNDLED'] === '1' ? 'build-compiler-server.js' : 'server.js');
  const env = process.versions['electron'] === undefined ? undefined : { ELECTRON_RUN_AS_NODE: '1' };
  const child = start({ tool: process.execPath, args: [script, JSON.stringify(start0)], cwd: folder.path, env }, { stdio: ['pipe', 'pipe', 'pipe'] });
  const gone = (): void => {
    // Told before anything that waits for the same event goes on.
    ended();
    void folder.dispose();
  };
  child.once('exit', gone);
  child.stdin?.on('error', () => {});
  let said = '';
  child.stderr?.on('data', (chunk: Uint8Array) => { said += Buffer.from(chunk).toString(); log.warn(`compiler server: ${Buffer.from(chunk).toString().trimEnd()}`); });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', code => { reject(new Error(`the compiler's server ended with code ${code ?? -1}: ${said.trim()}`)); });
      child.stdout?.on('data', (chunk: Uint8Array) => { if (Buffer.from(chunk).includes(readyLine)) resolve(); });
    });
  } catch (error) {
    gone();
    throw error;
  }
  // A session that has nothing else to do may end; the server ends with it, by its standard input.
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Partial<Socket> | null)?.unref?.();
  log.debug(`compiler server ${child.pid ?? 0} for ${located.folder}`);
  return { child, place: `${key}@${address}`, folder };
}
