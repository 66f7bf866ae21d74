import { writeUnsigned } from '../../base/bytes';
import type { Section } from '../module';
import { readModule } from '../read';
import { isDebug } from './profile';

/** What to take off: `debug` keeps the names, so that a trap's stack stays readable; `all` leaves only what a host needs. */
export type StripLevel = 'debug' | 'all';

export interface Stripped {
  readonly bytes: Uint8Array;
  /** Names of the sections that went, each once. */
  readonly removed: readonly string[];
}

/** Sections that linkers and people read, and hosts do not. Others (dylink.0, component-type, branch hints) mean something to some host. */
const forPeople = new Set(['name', 'producers', 'target_features', 'linking', 'component-name', '.llvmbc', '.llvmcmd']);

/** Whether a section goes at this level. */
export function goes(section: Section, level: StripLevel): boolean {
  if (!section.custom) return false;
  return isDebug(section.name) || (level === 'all' && (forPeople.has(section.name) || section.name.startsWith('reloc.')));
}

/** A module or component without its debug information, in those inside a component too. Throws UserError 'bad-module'. */
export function strip(bytes: Uint8Array, level: StripLevel, label: string): Stripped {
  const { sections } = readModule(bytes, label);
  const removed = new Set<string>();
  let next = 0;
  /** Copies the header and the sections of one depth up to `end`; those inside of a section follow it in the list. */
  const copy = (start: number, end: number, depth: number): Uint8Array[] => {
    const out: Uint8Array[] = [bytes.subarray(start, start + 8)];
    for (let section = sections[next]; section !== undefined && section.depth === depth && section.offset < end; section = sections[next]) {
      next++;
      const after = section.payloadOffset + section.size;
      if (sections[next]?.depth === depth + 1) {
        const inner = copy(section.payloadOffset, after, depth + 1);
        out.push(Uint8Array.from([section.id, ...writeUnsigned(sizeOf(inner))]), ...inner);
      } else if (goes(section, level)) removed.add(section.name);
      else out.push(bytes.subarray(section.offset, after));
    }
    return out;
  };
  const pieces = copy(0, bytes.length, 0);
  const all = new Uint8Array(sizeOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return { bytes: all, removed: [...removed] };
}

/** How many bytes stripping saves, without doing it. */
export function savings(sections: readonly Section[], level: StripLevel): number {
  return sections.filter(section => goes(section, level)).reduce((sum, section) => sum + section.payloadOffset + section.size - section.offset, 0);
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
