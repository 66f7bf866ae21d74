import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from '../base/error';
import type { Log } from '../base/log';
import { messageOf } from '../base/error';
import type { Engine } from './engine';

// What we make at an engine and mean to remove carries the process that made it. Where that process is gone (it was killed), the next one that looks
// removes it.

/** The label of what goes with its process: `HOST/PID/START`. */
export const ownerLabel = 'wasm-workbench.owner';
/** The label of every container that we start. */
export const oursLabel = 'wasm-workbench.run';

/** This process, as a label's value. */
export function ownerValue(pid: number = process.pid): string {
  return `${hostname()}/${String(pid)}/${startOf(pid) ?? ''}`;
}

/** Whether the process of a label is known to be gone: one of another machine never is. */
export function isOrphan(value: string): boolean {
  const [host, pid, start] = value.split('/');
  if (host !== hostname() || pid === undefined || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it is there, another user's.
    return systemCode(error) === 'ESRCH';
  }
  // The number may be another process's by now.
  return start !== undefined && start !== '' && startOf(Number(pid)) !== start;
}

/** When a process began, where the system tells it cheaply: field 22 of /proc/PID/stat, behind a name that may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Removes containers and images whose process is gone. What can't be removed is left for the next time. */
export async function sweep(engine: Engine, log: Log, signal: AbortSignal): Promise<void> {
  const filters = { label: [ownerLabel] };
  const containers = await engine.ask('list', {}, signal, docker => docker.listContainers({ all: true, filters }));
  for (const { Id, Labels } of containers) {
    if (isOrphan(Labels[ownerLabel] ?? '')) await quietly(`container ${Id.slice(0, 12)}`, engine.ask('remove', {}, signal, docker => docker.getContainer(Id).remove({ force: true, v: true })));
  }
  const images = await engine.ask('list', {}, signal, docker => docker.listImages({ filters }));
  for (const { Id, Labels } of images) {
    if (isOrphan((Labels as Record<string, string> | null)?.[ownerLabel] ?? '')) await quietly(`image ${Id.slice(0, 19)}`, engine.ask('remove', {}, signal, docker => docker.getImage(Id).remove({ force: true })));
  }

  async function quietly(what: string, work: Promise<unknown>): Promise<void> {
    try {
      await work;
      log.info(`removed ${what}, which a process that is gone had left`);
    } catch (error) {
      signal.throwIfAborted();
      log.debug(`${what}: ${messageOf(error)}`);
    }
  }
}
