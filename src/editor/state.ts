import type { Profile } from '../build/project';

/** How the last build of a project ended. */
export interface LastBuild {
  readonly result: 'ok' | 'failed' | 'canceled';
  readonly profile: Profile;
  readonly target?: string;
  /** Milliseconds. */
  readonly took: number;
  readonly errors: number;
  /** Absolute path and bytes of the module, where one was made. */
  readonly module?: string;
  readonly size?: number;
}

/** How the last run of a module ended. */
export interface LastRun {
  readonly code: number | undefined;
}

/** `27.6 KB`, as people read sizes: powers of 1000, three digits at most. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** `340 ms`, `1.2 s`, `2 min 5 s`. */
export function formatTime(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
