import { readFileSync } from 'node:fs';

/** The longest that a thread did not come back to its event loop, in ms. */
export interface Stalls {
  /** As the clock saw it: whatever else the machine does is in it, so an idle thread on a busy machine has some too. */
  readonly clock: number;
  /** What the thread itself worked meanwhile; as the clock where the system does not tell it. */
  readonly own: number;
}

const tick = 5;

/** Watches the main thread's event loop until it is told to stop. */
export function watchStalls(): () => Stalls {
  let clock = 0;
  let own = 0;
  let last = performance.now();
  let worked = workedFor();
  const timer = setInterval(() => {
    const now = performance.now();
    const nowWorked = workedFor();
    const late = Math.max(0, now - last - tick);
    clock = Math.max(clock, late);
    own = Math.max(own, nowWorked === undefined || worked === undefined ? late : nowWorked - worked);
    last = now;
    worked = nowWorked;
  }, tick);
  return () => {
    clearInterval(timer);
    return { clock, own };
  };
}

/** How long the main thread has had a processor so far, in ms: the first figure of Linux' schedstat. */
function workedFor(): number | undefined {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}
