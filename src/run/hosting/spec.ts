import type { ReadyWish } from '../ready';
import type { Limits, Mount } from '../request';

/** What a process that hosts a guest is told: JSON, and complete. */
export interface GuestSpec {
  readonly host: 'embedded' | 'node';
  /** Absolute path of the module. */
  readonly module: string;
  /** argv, the program's name first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** A file that stands for standard input. */
  readonly stdin?: string;
  readonly limits?: Limits;
  readonly listen?: readonly string[];
  readonly connect?: readonly string[];
  readonly trace?: { readonly groups: readonly string[]; readonly json: boolean; readonly file?: string };
  readonly ready?: ReadyWish;
}

/** The exit codes that are ours, besides the guest's own; those of shells and of timeout(1) where there is a custom. */
export const exitCodes = { failed: 1, usage: 2, timeout: 124, noRuntime: 126, interrupted: 130, trap: 134 } as const;
