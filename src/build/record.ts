import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { readDepfile } from './depfile';
import type { BuildStep, Diagnostic } from './project';

// What earlier builds did, so that a step is left out when its command, its inputs and its outputs are what they were. Times are compared
// for equality, not order: a checkout of an older file, a skewed clock or a half-written object must not count as up to date.

const version = 2;

/** [path, modification time in ms, size]; time -1 for what was not there or changed while it was read. */
type Stamp = readonly [path: string, time: number, size: number];

interface Entry {
  readonly key: string;
  /** Indexes into `stamps`. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Stored {
  readonly version: number;
  readonly stamps: readonly Stamp[];
  readonly steps: Readonly<Record<string, Entry>>;
}

/** Arguments that change how messages look and nothing else. */
const cosmetic = /^-f(no-)?(color-diagnostics|diagnostics-.*)$/;

/** A step that is under way: what its known inputs were when it began. */
export interface Begun {
  readonly at: number;
  readonly inputs: readonly Stamp[];
}

interface Remembered {
  readonly key: string;
  readonly inputs: readonly Stamp[];
  readonly outputs: readonly Stamp[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The steps that ran in one build folder. */
export class BuildRecord {
  readonly #file: string;
  readonly #identity: string;
  readonly #steps: Map<string, Remembered>;
  /** One look at each file per build; outputs that a step makes are looked at anew. */
  readonly #seen = new Map<string, Stamp>();
  #changed = false;

  private constructor(file: string, identity: string, steps: Map<string, Remembered>) {
    this.#file = file;
    this.#identity = identity;
    this.#steps = steps;
  }

  /** Reads the record at `file`; a missing or damaged one is an empty one. `identity` names the compiler: another one's work is not ours. */
  static async open(file: string, identity: string): Promise<BuildRecord> {
    const steps = new Map<string, Remembered>();
    try {
      const stored = JSON.parse(await readFile(file, 'utf8')) as Partial<Stored>;
      if (stored.version === version && stored.stamps !== undefined) {
        const at = (index: number): Stamp => stored.stamps?.[index] ?? ['', -1, -1];
        for (const [name, entry] of Object.entries(stored.steps ?? {})) {
          steps.set(name, { key: entry.key, inputs: entry.inputs.map(at), outputs: entry.outputs.map(at), diagnostics: entry.diagnostics });
        }
      }
    } catch {
      // The worst that comes of it is a build from the start.
      steps.clear();
    }
    return new BuildRecord(file, identity, steps);
  }

  /** The messages of the step's last run when nothing changed since; undefined when it has to run. */
  upToDate(step: BuildStep): readonly Diagnostic[] | undefined {
    const [first] = step.outputs;
    if (first === undefined) return undefined;
    const before = this.#steps.get(first);
    if (before === undefined || before.key !== this.#key(step)) return undefined;
    const same = (stamp: Stamp): boolean => {
      const now = this.#stamp(stamp[0]);
      return now[1] !== -1 && now[1] === stamp[1] && now[2] === stamp[2];
    };
    if (!before.outputs.every(stamp => (step.once === true ? this.#stamp(stamp[0])[1] !== -1 : same(stamp))) || !before.inputs.every(same)) return undefined;
    return before.diagnostics;
  }

  begin(step: BuildStep): Begun {
    const [first] = step.outputs;
    if (first !== undefined && this.#steps.delete(first)) this.#changed = true;
    return { at: Date.now(), inputs: [step.command.tool, ...step.inputs].filter(file => path.isAbsolute(file)).map(file => this.#stamp(file)) };
  }

  /** Notes that a step succeeded. What its depfile names counts from now on. */
  async done(step: BuildStep, begun: Begun, diagnostics: readonly Diagnostic[]): Promise<void> {
    const [first] = step.outputs;
    if (first === undefined) return;
    const inputs = new Map(begun.inputs.map(stamp => [stamp[0], stamp]));
    if (step.depfile !== undefined) {
      for (const name of await readDepfile(step.depfile, step.command.cwd)) {
        if (inputs.has(name)) continue;
        const stamp = this.#stamp(name);
        // Written after we began: the compiler may have read the text before.
        inputs.set(name, stamp[1] >= begun.at ? [name, -1, -1] : stamp);
      }
    }
    for (const output of step.outputs) this.#seen.delete(output);
    const outputs = step.outputs.map(output => this.#stamp(output));
    this.#steps.set(first, { key: this.#key(step), inputs: [...inputs.values()], outputs, diagnostics });
    this.#changed = true;
  }

  /** Writes what is known, whole or not at all. Steps whose output is gone are forgotten. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const stamps: Stamp[] = [];
    const index = new Map<string, number>();
    const indexOf = (stamp: Stamp): number => {
      const name = stamp.join('\n');
      const known = index.get(name);
      if (known !== undefined) return known;
      index.set(name, stamps.length);
      return stamps.push(stamp) - 1;
    };
    const steps: Record<string, Entry> = {};
    for (const [name, step] of this.#steps) {
      if (this.#stamp(name)[1] === -1) continue;
      steps[name] = { key: step.key, inputs: step.inputs.map(indexOf), outputs: step.outputs.map(indexOf), diagnostics: step.diagnostics };
    }
    const stored: Stored = { version, stamps, steps };
    const temporary = `${this.#file}.${process.pid}`;
    await mkdir(path.dirname(this.#file), { recursive: true });
    try {
      await writeFile(temporary, JSON.stringify(stored));
      await rename(temporary, this.#file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    this.#changed = false;
  }

  #stamp(file: string): Stamp {
    const known = this.#seen.get(file);
    if (known !== undefined) return known;
    const info = statSync(file, { throwIfNoEntry: false });
    const stamp: Stamp = info === undefined ? [file, -1, -1] : [file, info.mtimeMs, info.size];
    this.#seen.set(file, stamp);
    return stamp;
  }

  #key(step: BuildStep): string {
    const { tool, args, cwd, env } = step.command;
    const parts = [this.#identity, tool, args.filter(arg => !cosmetic.test(arg)), cwd, env ?? {}, step.outputs, step.inputs];
    return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
  }
}
