import type { Program, SourceFrame } from '../../dwarf/program';
import type { Target } from '../target/target';
import type { Range } from '../../dwarf/ranges';
import { stepRanges } from './lines';
import type { Stop } from './stop';

export type StepKind = 'over' | 'into' | 'out';

interface Step {
  readonly kind: StepKind;
  /** Machine frames on the stack when it began. */
  readonly depth: number;
  readonly source: SourceFrame | undefined;
  readonly skip: readonly Range[];
  readonly instruction: boolean;
  left: number;
}

/** Functions of the standard libraries, which a step into a line's calls passes over, on to those that they call from the line. */
const library = /^(std|core|alloc|__gnu_cxx|__cxxabiv1)::|^<[^>]* as (std|core|alloc)::/;

/** A step that never meets a line of a source ends here, where it is. */
const patience = 2000;

/** Makes steps by source lines out of the engine's steps by instructions. */
export class Stepper {
  readonly #program: Program;
  readonly #target: Target;
  readonly #hasSource: (path: string) => boolean;
  #step: Step | undefined;

  constructor(program: Program, target: Target, hasSource: (path: string) => boolean) {
    this.#program = program;
    this.#target = target;
    this.#hasSource = hasSource;
  }

  clear(): void {
    this.#step = undefined;
  }

  /** Begins a step from a stop. */
  async start(kind: StepKind, stop: Stop, instruction: boolean): Promise<void> {
    const [top] = stop.stack;
    const source = instruction ? undefined : top?.source;
    const isText = source?.place === undefined || !this.#hasSource(source.place.path);
    const skip = source === undefined || isText ? [] : kind === 'out' ? source.instance.ranges : stepRanges(this.#program, source, into(kind));
    this.#step = { kind, depth: stop.pause.frames.length, source: isText ? undefined : source, skip, instruction: instruction || isText, left: patience };
    if (kind === 'out') await (source?.inlined === true && !isText ? this.#target.stepOver(skip) : this.#target.stepOut());
    else if (kind === 'into') await this.#target.stepInto(skip);
    else await this.#target.stepOver(skip);
  }

  /**
   * Decides after a pause whether the step is done; else goes on with it, and the program may stand at its next place before this returns.
   * `idle` where no step is under way.
   */
  async afterPause(stop: Stop): Promise<'done' | 'going' | 'idle'> {
    const step = this.#step;
    if (step === undefined) return 'idle';
    const depth = stop.pause.frames.length;
    const [top] = stop.stack;
    if (step.instruction && step.kind !== 'out') return 'done';
    if (--step.left <= 0) return 'done';
    const source = top?.source;
    const place = source?.place;
    const known = place !== undefined && this.#hasSource(place.path);
    if (source === undefined || !known) {
      // A module without any source is stepped in its text; in others a library's code is left again.
      if (this.#program.state !== 'alive' || step.source === undefined) return 'done';
      await this.#target.stepOut();
      return 'going';
    }
    if (step.kind === 'into' && step.source !== undefined && depth > step.depth && library.test(source.name) && !library.test(step.source.name)) {
      await this.#target.stepOut();
      return 'going';
    }
    if (place.line === 0) {
      await this.#target.stepOver(stepRanges(this.#program, source, into('over')));
      return 'going';
    }
    if (step.kind === 'out') {
      const inside = step.source?.inlined === true && depth === step.depth && step.source.instance.ranges.some(range => range.low <= (top?.target.address ?? 0) && (top?.target.address ?? 0) < range.high);
      if (!inside) return 'done';
      await this.#target.stepOver(step.skip);
      return 'going';
    }
    const same = step.source;
    const unmoved = same !== undefined && depth === step.depth && source.instance.die === same.instance.die && place.line === same.place?.line && place.path === same.place.path;
    const deeper = step.kind === 'over' && depth > step.depth;
    if (deeper) {
      await this.#target.stepOut();
      return 'going';
    }
    if (step.kind === 'over' && same !== undefined && depth === step.depth && isWithin(stop, same)) {
      // Into an inlined call of the same line, by a range that its debug information leaves out.
      await this.#target.stepOver([...step.skip, ...source.instance.ranges]);
      return 'going';
    }
    if (unmoved) {
      await (step.kind === 'into' ? this.#target.stepInto(step.skip) : this.#target.stepOver(step.skip));
      return 'going';
    }
    // Entered by a call: past the prologue, where parameters have their values.
    if (step.kind === 'into' && depth > step.depth && !source.inlined) {
      const start = this.#prologueEnd(source, top?.target.address ?? 0);
      if (start) {
        await this.#target.stepOver(stepRanges(this.#program, source, into('over')));
        return 'going';
      }
    }
    return 'done';
  }

  /** Whether an address is on the opening line of its function, before its first statement. */
  #prologueEnd(source: SourceFrame, address: number): boolean {
    const table = this.#program.lineTable(source.code.unit);
    const low = source.code.ranges.find(range => address >= range.low && address < range.high)?.low;
    if (table === undefined || low === undefined) return false;
    const first = table.rowAt(low);
    const row = table.rowAt(address);
    // The first row of a function is its prologue unless the flag says that it has none.
    return first >= 0 && row === first && ((table.rows.flags[first] ?? 0) & 2) === 0;
  }
}

/** What a step of a kind may enter of what was inlined: not the libraries. */
function into(kind: StepKind): (name: string) => boolean {
  return kind === 'into' ? name => !library.test(name) : () => false;
}

/** Whether the frame that a step began in lies below inlined frames of the same machine frame, called from the very line. */
function isWithin(stop: Stop, same: SourceFrame): boolean {
  const [top] = stop.stack;
  const outer = stop.stack.find(entry => entry.machine === 0 && entry.source?.instance.die === same.instance.die);
  return outer !== undefined && outer !== top && outer.source?.place?.line === same.place?.line;
}
