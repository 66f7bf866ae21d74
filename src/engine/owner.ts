import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { messageOf, systemCode } from '../base/error';
import type { Log } from '../base/log';
import type { Engine } from './engine';

// What we make at an engine and mean to remove carries the process that made it. Where that process is gone (it was killed), the next one that looks
// removes it.

/** The label of what goes with its process; its value is {@link ownerValue}. */
export const ownerLabel = 'wasm-workbench.owner';
/** The label of every container that we start. */
export const oursLabel = 'wasm-workbench.run';
/** The label that says for people what a container runs, where its image has no name of its own. */
export const titleLabel = 'wasm-workbench.title';
/** The name of images that we load for one run; their tag begins with {@link ownerValue}. */
const temporaryName = 'wasm-workbench-run';

let made = 0;

/** This machine, so that several can share an engine. */
function machine(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}

/** This process: its machine, its number, and when it began. */
export function ownerValue(pid: number = process.pid): string {
  return `${machine()}-${String(pid)}-${startOf(pid) ?? '0'}`;
}

/** A new name for an image that goes with this process. */
export function temporaryImage(): string {
  return `${temporaryName}:${ownerValue()}-${String(++made)}`;
}

/** Whether the process of an owner's value is known to be gone: one of another machine never is. */
export function isOrphan(value: string): boolean {
  const [where, pid, start] = value.split('-');
  if (where !== machine() || pid === undefined || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it is there, another user's.
    return systemCode(error) === 'ESRCH';
  }
  // The number may be another process's by now.
  return start !== undefined && start !== '0' && startOf(Number(pid)) !== start;
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
  const containers = await engine.ask('list', {}, signal, docker => docker.listContainers({ all: true, filters: { label: [ownerLabel] } }));
  for (const { Id, Labels } of containers) {
    if (!isOrphan(Labels[ownerLabel] ?? '')) continue;
    await quietly(`container ${Id.slice(0, 12)}`, docker => docker.getContainer(Id).remove({ force: true, v: true }));
  }
  const images = await engine.ask('list', {}, signal, docker => docker.listImages({ filters: { reference: [temporaryName] } }));
  for (const name of images.flatMap(image => image.RepoTags ?? [])) {
    const [repository, tag = ''] = name.split(':');
    if (repository === temporaryName && isOrphan(tag)) await quietly(`image ${name}`, docker => docker.getImage(name).remove({ force: true }));
  }

  async function quietly(what: string, work: (docker: Engine['docker']) => Promise<unknown>): Promise<void> {
    try {
      await engine.ask('remove', {}, signal, work);
      log.info(`removed ${what}, which a process that is gone had left`);
    } catch (error) {
      signal.throwIfAborted();
      log.debug(`${what}: ${messageOf(error)}`);
    }
  }
}
