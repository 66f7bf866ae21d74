import * as path from 'node:path';
import { isSkipped, readEntries, readEntriesNow } from './entries';
import type { FolderEntries, Project, Toolchain } from './project';
import { toolchains } from './toolchains/index';

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** How many folders deep below a root; 32 unless told. */
  readonly depth?: number;
}

/** Milliseconds of reading between two turns of the event loop, so that an editor stays responsive. */
const slice = 8;

interface Waiting {
  readonly folder: string;
  readonly depth: number;
  /** Families whose projects above build what is here. */
  readonly owned: ReadonlySet<string>;
}

/**
 * Every project in the roots and the folders below them, in order of path. What can't be read is left out; links to folders are not
 * followed. Rejects with `signal.reason` when aborted.
 */
export async function findProjects(roots: readonly string[], options: FindOptions = {}): Promise<readonly Project[]> {
  const maxDepth = options.depth ?? 32;
  const found: Project[] = [];
  const seen = new Set<string>();
  const waiting: Waiting[] = roots.map(root => ({ folder: path.resolve(root), depth: 0, owned: new Set<string>() }));
  let since = performance.now();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.folder)) continue;
    seen.add(next.folder);
    if (performance.now() - since > slice) {
      await new Promise(resolve => setImmediate(resolve));
      options.signal?.throwIfAborted();
      since = performance.now();
    }
    // The synchronous call takes a third of the asynchronous one's time, which waits in line for a thread.
    const entries = readEntriesNow(next.folder);
    if (entries === undefined) continue;
    const marked = markers(entries, next.owned);
    const detected = marked.length === 0 ? undefined : await detectMarked(entries, marked);
    if (detected !== undefined) found.push(...detected.projects);
    if (next.depth >= maxDepth) continue;
    for (const name of entries.folders) {
      if (isSkipped(name)) continue;
      const folder = path.join(entries.folder, name);
      const more = detected?.owns.filter(one => one.folder === folder || one.folder === entries.folder) ?? [];
      const owned = more.length === 0 ? next.owned : new Set([...next.owned, ...more.map(one => one.family)]);
      waiting.push({ folder, depth: next.depth + 1, owned });
    }
  }
  options.signal?.throwIfAborted();
  return found.sort((a, b) => compare(a.folder, b.folder) || compare(a.file ?? '', b.file ?? '') || compare(a.toolchain, b.toolchain));
}

/** The projects of one folder, not of those below it; none where it can't be read. */
export async function projectsIn(folder: string): Promise<readonly Project[]> {
  const entries = await readEntries(folder);
  return entries === undefined ? [] : (await detectMarked(entries, markers(entries, new Set()))).projects;
}

interface Marked {
  readonly toolchain: Toolchain;
  readonly marker: string;
}

/** The toolchains that see their marker here. The first of a family wins: CMake before a Makefile before loose sources. */
function markers(entries: FolderEntries, owned: ReadonlySet<string>): readonly Marked[] {
  const marked: Marked[] = [];
  for (const toolchain of toolchains) {
    if (owned.has(toolchain.family)) continue;
    const marker = toolchain.marker(entries);
    if (marker !== undefined) marked.push({ toolchain, marker });
  }
  return marked;
}

async function detectMarked(entries: FolderEntries, marked: readonly Marked[]): Promise<{ projects: Project[]; owns: { family: string; folder: string }[] }> {
  const projects: Project[] = [];
  const owns: { family: string; folder: string }[] = [];
  const families = new Set<string>();
  for (const { toolchain, marker } of marked) {
    if (families.has(toolchain.family)) continue;
    const detected = await toolchain.detect(entries, marker);
    if (detected.projects.length > 0 || detected.owns !== undefined) families.add(toolchain.family);
    projects.push(...detected.projects);
    for (const folder of detected.owns ?? []) owns.push({ family: toolchain.family, folder });
  }
  return { projects, owns };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
