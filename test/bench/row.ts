/** One measured figure of a benchmark. */
export interface Row {
  readonly name: string;
  readonly value: number;
  /** Of `value`: ms, s, kB, MB/s ... */
  readonly unit: string;
  /** `value` against what it is compared with in the same run; the goal then speaks of it. */
  readonly ratio?: number;
  /** The most that the ratio (or, without one, the value) may be. */
  readonly goal?: number;
  readonly note?: string;
}

/** What every test/bench/*.ts with figures exports. */
export type Bench = () => Promise<readonly Row[]>;

/** Whether a row keeps its goal; undefined where it has none. */
export function met(row: Row): boolean | undefined {
  return row.goal === undefined ? undefined : (row.ratio ?? row.value) <= row.goal;
}

/** Runs `body` some times and gives the least of what it took, in ms: what else the machine does only ever adds. */
export async function best(times: number, body: () => unknown): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await body();
    least = Math.min(least, performance.now() - from);
  }
  return least;
}

/** The middle one of some figures. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
