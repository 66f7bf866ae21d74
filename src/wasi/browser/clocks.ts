import { Clock } from '../abi';
import type { Clocks } from '../context';

/** The clocks of a page's worker. Without shared memory nothing can sleep there: waiting is looking at the clock. */
export class PageClocks implements Clocks {
  readonly #sleep = typeof SharedArrayBuffer === 'function' ? new Int32Array(new SharedArrayBuffer(4)) : undefined;

  write(id: number, view: DataView, at: number): boolean {
    const now = this.now(id);
    if (now === undefined) return false;
    view.setBigUint64(at, BigInt(Math.floor(now)), true);
    return true;
  }

  now(id: number): number | undefined {
    switch (id) {
      case Clock.REALTIME: return (performance.timeOrigin + performance.now()) * 1e6;
      case Clock.MONOTONIC: case Clock.PROCESS_CPUTIME: case Clock.THREAD_CPUTIME: return performance.now() * 1e6;
      default: return undefined;
    }
  }

  /** Pages are told the time in steps of 100 microseconds, or 5 where they are isolated. */
  resolution(id: number): number | undefined {
    return id >= Clock.REALTIME && id <= Clock.THREAD_CPUTIME ? (this.#sleep === undefined ? 100_000 : 5000) : undefined;
  }

  wait(ms: number): void {
    if (this.#sleep !== undefined) {
      Atomics.wait(this.#sleep, 0, 0, Math.max(0, ms));
      return;
    }
    for (const end = performance.now() + ms; performance.now() < end;);
  }
}
