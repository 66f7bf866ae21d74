/** What a rectangle of the size profile stands for. */
export type ProfileKind = 'module' | 'code' | 'group' | 'function' | 'data' | 'debug' | 'custom' | 'section' | 'rest';

/** A piece of a file with its size in bytes; the children's sizes add up to it. */
export interface ProfileNode {
  readonly label: string;
  readonly kind: ProfileKind;
  readonly size: number;
  readonly children?: readonly ProfileNode[];
  /** Of a function: the part's number and the function's index. */
  readonly target?: readonly [part: number, index: number];
}
