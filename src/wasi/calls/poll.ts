import { Clock, EventType, Rights } from '../abi';
import type { Context } from '../context';
import { HANGUP } from '../device';
import { Errno } from '../errno';
import { Kind } from '../table';
import { setUint64 } from './descriptors';
import type { Calls } from './types';

/** Where the parts of a subscription lie. */
export interface SubscriptionLayout { readonly size: number; readonly clock: number; readonly timeout: number; readonly flags: number }
const preview1Subscription: SubscriptionLayout = { size: 48, clock: 16, timeout: 24, flags: 40 };
const EVENT = 32;
const ABSTIME = 1;
const FD_HANGUP = 1;

interface Subscription { readonly userdata: bigint; readonly type: number }
interface Timer extends Subscription { readonly clock: number; readonly deadline: number }
interface Wish extends Subscription { readonly fd: number }
interface Event { readonly from: Subscription; readonly errno: number; readonly bytes: number; readonly hangup: boolean }

/** poll_oneoff: waits until a clock has come or a descriptor can be read or written, and tells all that is so. */
export function pollCalls(context: Context, layout: SubscriptionLayout = preview1Subscription): Calls {
  const { guest, table, options } = context;
  const { clocks } = options;

  const readClock = (at: number, userdata: bigint): Timer | number => {
    const clock = guest.view.getUint32(at + layout.clock, true);
    const timeout = Number(guest.view.getBigUint64(at + layout.timeout, true));
    const absolute = (guest.view.getUint16(at + layout.flags, true) & ABSTIME) !== 0;
    const now = clock === Clock.REALTIME || clock === Clock.MONOTONIC ? clocks.now(clock) : undefined;
    if (now === undefined) return clock > Clock.THREAD_CPUTIME ? Errno.INVAL : Errno.NOTSUP;
    return { userdata, type: EventType.CLOCK, clock, deadline: absolute ? timeout : now + timeout };
  };

  const check = (fd: number, type: number): number => {
    const errno = context.check(fd, Rights.POLL_FD_READWRITE);
    if (errno !== 0) return errno;
    if (table.kind[fd] === Kind.LISTENER) return 0;
    return context.check(fd, type === EventType.FD_READ ? Rights.FD_READ : Rights.FD_WRITE);
  };

  /** Bytes and hangup of a descriptor that is ready, -AGAIN of one that isn't. */
  const ready = (wish: Wish): number => {
    const { fd } = wish;
    const device = table.of(fd);
    const handle = table.handle[fd] as number;
    if (table.kind[fd] === Kind.FILE || table.kind[fd] === Kind.UNTOLD) {
      if (wish.type === EventType.FD_WRITE) return 1;
      const result = device.stat(handle, context.stat);
      if (result < 0) return result;
      return Math.max(0, Number(context.stat.size) - Math.max(0, context.place(fd)));
    }
    return device.ready(handle, wish.type === EventType.FD_WRITE);
  };

  const wait = (timers: readonly Timer[], wishes: readonly Wish[]): Event[] => {
    const events: Event[] = [];
    const looks = wishes.some(wish => !table.of(wish.fd).wakes);
    for (let pause = 0.5; ; pause = Math.min(10, pause * 1.5)) {
      const mark = clocks.mark?.();
      for (const wish of wishes) {
        const state = ready(wish);
        if (state === -Errno.AGAIN) continue;
        const hangup = state >= HANGUP;
        events.push({ from: wish, errno: state < 0 ? -state : 0, bytes: state < 0 ? 0 : hangup ? state - HANGUP : state, hangup });
      }
      let next = Infinity;
      for (const timer of timers) {
        const left = timer.deadline - (clocks.now(timer.clock) ?? 0);
        if (left <= 0) events.push({ from: timer, errno: 0, bytes: 0, hangup: false });
        else if (left < next) next = left;
      }
      if (events.length > 0) return events;
      clocks.wait(looks ? Math.min(pause, next / 1e6) : next / 1e6, mark);
    }
  };

  return {
    poll_oneoff(input: number, output: number, count: number, result: number) {
      input >>>= 0; output >>>= 0; count >>>= 0; result >>>= 0;
      if (count === 0) return Errno.INVAL;
      if (!guest.has(input, count * layout.size) || !guest.has(output, count * EVENT) || !guest.has(result, 4)) return Errno.FAULT;
      options.flush?.();
      // All is read before anything is written: the two buffers may overlap.
      const timers: Timer[] = [];
      const wishes: Wish[] = [];
      const refused: Event[] = [];
      for (let at = input, end = input + count * layout.size; at < end; at += layout.size) {
        const userdata = guest.view.getBigUint64(at, true);
        const type = guest.u8[at + 8] as number;
        if (type === EventType.CLOCK) {
          const timer = readClock(at, userdata);
          if (typeof timer === 'number') refused.push({ from: { userdata, type }, errno: timer, bytes: 0, hangup: false });
          else timers.push(timer);
        } else if (type === EventType.FD_READ || type === EventType.FD_WRITE) {
          const wish: Wish = { userdata, type, fd: guest.view.getInt32(at + 16, true) };
          const errno = check(wish.fd, type);
          if (errno !== 0) refused.push({ from: wish, errno, bytes: 0, hangup: false });
          else wishes.push(wish);
        } else return Errno.INVAL;
      }
      const events = refused.length > 0 ? refused : wait(timers, wishes);
      const { view } = guest;
      guest.u8.fill(0, output, output + events.length * EVENT);
      events.forEach((event, i) => {
        const at = output + i * EVENT;
        view.setBigUint64(at, event.from.userdata, true);
        view.setUint16(at + 8, event.errno, true);
        view.setUint8(at + 10, event.from.type);
        setUint64(view, at + 16, event.bytes);
        view.setUint16(at + 24, event.hangup ? FD_HANGUP : 0, true);
      });
      view.setUint32(result, events.length, true);
      return 0;
    },
  };
}
