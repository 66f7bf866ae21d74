import { createHash } from 'node:crypto';
import { link, lstat, mkdir, readFile, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../base/error';

// One build at a time for each project folder, within this process and among processes of this user. The lock is a file of the user's
// temporary folder, so that nothing is left in a project, and one whose owner died is taken over.

const inProcess = new Map<string, Promise<void>>();
/** A living owner touches its lock this often; one that was not touched for `stale` ms belongs to nobody. */
const touch = 2000;
const stale = 15_000;

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once when another build has to be waited for. */
  waiting?(): void;
  /** Where lock files are; a test's own folder. */
  readonly folder?: string;
}

/** Waits until the folder is ours; gives back what lets it go. Rejects with `signal.reason` when aborted meanwhile. */
export async function lockFolder(folder: string, options: LockOptions): Promise<() => Promise<void>> {
  const real = await realpath(folder).catch(() => path.resolve(folder));
  const before = inProcess.get(real);
  let open: () => void = () => {};
  const mine = new Promise<void>(resolve => { open = resolve; });
  const line = (before ?? Promise.resolve()).then(() => mine);
  inProcess.set(real, line);
  const leave = (): void => {
    open();
    if (inProcess.get(real) === line) inProcess.delete(real);
  };
  try {
    if (before !== undefined) {
      options.waiting?.();
      await untilAborted(before, options.signal);
    }
    const release = await lockFile(real, options, before !== undefined);
    return async () => {
      await release();
      leave();
    };
  } catch (error) {
    leave();
    throw error;
  }
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<void>(resolve => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([work, aborted]);
  if (stop !== undefined) signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
}

async function lockFile(real: string, options: LockOptions, told: boolean): Promise<() => Promise<void>> {
  const folder = options.folder ?? await lockFolderOfUser();
  // Without a folder that is ours alone, other processes can't be told; ours still wait for each other.
  if (folder === undefined) return () => Promise.resolve();
  const file = path.join(folder, createHash('sha256').update(real).digest('hex').slice(0, 32));
  const content = `${process.pid} ${Date.now()} ${Math.random()}`;
  for (;;) {
    options.signal.throwIfAborted();
    try {
      await writeFile(file, content, { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') return () => Promise.resolve();
    }
    if (await takeIfDead(file)) continue;
    if (!told) {
      told = true;
      options.waiting?.();
    }
    await delay(100, undefined, { signal: options.signal }).catch(() => {});
  }
  const timer = setInterval(() => { utimes(file, new Date(), new Date()).catch(() => {}); }, touch);
  timer.unref();
  return async () => {
    clearInterval(timer);
    if (await readFile(file, 'utf8').catch(() => '') === content) await rm(file, { force: true });
  };
}

/** Removes a lock whose owner is gone; says whether it is worth trying again at once. */
async function takeIfDead(file: string): Promise<boolean> {
  try {
    const [text, info] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const silent = Date.now() - info.mtimeMs;
    // An owner that was just writing its number has an empty file.
    const dead = text === '' ? silent > touch : silent > stale || !isAlive(Number.parseInt(text, 10));
    if (!dead) return false;
    // Two may come to the same finding: only the one that moves this very lock away has removed it.
    const aside = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await rename(file, aside);
    if (await readFile(aside, 'utf8') !== text) await link(aside, file).catch(() => {});
    await rm(aside, { force: true });
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return true;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

async function lockFolderOfUser(): Promise<string | undefined> {
  const uid = process.getuid?.();
  const folder = path.join(tmpdir(), `wasm-workbench-locks-${uid ?? userInfo().username}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const info = await lstat(folder);
    // On a shared temporary folder another user could have made it first.
    return info.isDirectory() && (uid === undefined || info.uid === uid) ? folder : undefined;
  } catch {
    return undefined;
  }
}
