import type { Language } from '../../dwarf/constants';
import type { Machine } from '../values/location';
import type { Type } from '../values/type';
import type { Value } from '../values/value';

/** What names mean in a stopped frame, and how memory is changed. */
export interface Scope {
  readonly language: Language;
  readonly machine: Machine;
  lookup(name: string): Promise<Value | undefined>;
  type(name: string): Type | undefined;
  register(kind: string, index: number): Promise<Value | undefined>;
  write(address: number, bytes: Uint8Array): Promise<void>;
  /** Names that an expression may start with, the nearest first. */
  names(): readonly string[];
}
