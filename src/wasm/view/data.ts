import * as l10n from '@vscode/l10n';
import { Decoder, Malformed } from '../decode';
import { skipExpression } from '../types';
import type { Part } from './parts';

/** A data segment: where it goes in memory, and where its bytes are in the part. */
export interface Segment {
  readonly index: number;
  /** -1 for a passive one, which code copies when it wants to. */
  readonly memory: number;
  /** Its address, where that is a constant. */
  readonly address: bigint | undefined;
  readonly start: number;
  readonly size: number;
}

export interface Segments {
  readonly list: readonly Segment[];
  /** What is wrong with the section, where it is damaged. */
  readonly problem: string | undefined;
}

/** The data segments of a module. */
export function readSegments(part: Part): Segments {
  const section = part.info.sections.find(one => one.name === 'data' && !one.custom && one.depth === 0);
  const list: Segment[] = [];
  if (section === undefined) return { list, problem: undefined };
  const d = new Decoder(part.bytes.subarray(0, section.payloadOffset + section.size), 0);
  d.at = section.payloadOffset;
  try {
    for (let n = d.count(); n > 0; n--) {
      const flags = d.u32();
      if (flags > 2) d.fail(l10n.t('a data segment is of no known kind: {0}', flags));
      const memory = flags === 1 ? -1 : flags === 2 ? d.u32() : 0;
      const address = flags === 1 ? undefined : constant(d);
      const size = d.u32();
      list.push({ index: list.length, memory, address, start: d.at, size });
      d.take(size);
    }
    return { list, problem: undefined };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { list, problem: error.message };
  }
}

/** Passes over an expression; gives its value when it is one constant. */
function constant(d: Decoder): bigint | undefined {
  const from = d.at;
  const code = d.bytes[from];
  skipExpression(d);
  if (code !== 0x41 && code !== 0x42) return undefined;
  let value = 0n;
  let shift = 0n;
  for (let at = from + 1; ; at++) {
    const byte = d.bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    const bits = code === 0x41 ? 32 : 64;
    const signed = (byte & 0x40) !== 0 ? value - (1n << shift) : value;
    // An address is unsigned; more than the one number is an expression of its own.
    return at === d.at - 2 ? BigInt.asUintN(bits, signed) : undefined;
  }
}
