import { Clock } from '../abi';
import type { Clocks } from '../context';

/** How far (ms) the system's time may run from ours before we follow it, and how often (ms) that is looked at. */
const DRIFT = 2;
const LOOK = 250;

/**
 * Milliseconds of the system's own clock. The threads of a program all count from the same beginning, unlike those of performance.now(), whose
 * first use costs two milliseconds besides.
 */
function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** The clocks of this process. */
export class NodeClocks implements Clocks {
  /** Milliseconds of real time at 0 of that clock. */
  #anchor = Date.now() - now();
  #looked = now();
  #sleep: Int32Array = new Int32Array(new SharedArrayBuffer(4));

  write(id: number, view: DataView, at: number): boolean {
    if (id === Clock.MONOTONIC) {
      const [seconds, nanoseconds] = process.hrtime();
      const ns = seconds * 1e9 + nanoseconds;
      view.setUint32(at, ns >>> 0, true);
      view.setUint32(at + 4, ns / 2 ** 32, true);
      return true;
    }
    if (id === Clock.REALTIME) {
      // In 2^-32 parts: milliseconds and nanoseconds are multiplied apart, so that nothing is lost beyond 2^53.
      const real = this.#real(now());
      const whole = Math.floor(real);
      const ns = BigInt(whole) * 1000000n + BigInt(Math.floor((real - whole) * 1e6));
      view.setBigUint64(at, ns, true);
      return true;
    }
    const ns = this.now(id);
    if (ns === undefined) return false;
    view.setBigUint64(at, BigInt(Math.floor(ns)), true);
    return true;
  }

  now(id: number): number | undefined {
    switch (id) {
      case Clock.REALTIME: return this.#real(now()) * 1e6;
      case Clock.MONOTONIC: return now() * 1e6;
      // The program is all that this process does.
      case Clock.PROCESS_CPUTIME: case Clock.THREAD_CPUTIME: {
        const { user, system } = process.cpuUsage();
        return (user + system) * 1000;
      }
      default: return undefined;
    }
  }

  resolution(id: number): number | undefined {
    switch (id) {
      case Clock.REALTIME: case Clock.MONOTONIC: return 1;
      case Clock.PROCESS_CPUTIME: case Clock.THREAD_CPUTIME: return 1000;
      default: return undefined;
    }
  }

  wait(ms: number, mark = this.mark()): void {
    Atomics.wait(this.#sleep, 0, mark, Math.max(0, ms));
  }

  mark(): number {
    return Atomics.load(this.#sleep, 0);
  }

  /** Sleeps on another word from here on: one that another thread wakes us by. */
  sleepOn(word: Int32Array): void {
    this.#sleep = word;
  }

  #real(ms: number): number {
    if (ms - this.#looked > LOOK) {
      this.#looked = ms;
      // Somebody set the clock, or the machine slept.
      if (Math.abs(Date.now() - (this.#anchor + ms)) > DRIFT) this.#anchor = Date.now() - ms;
    }
    return this.#anchor + ms;
  }
}
