/** What a promise gives, unless the signal comes before. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let leave: () => void = () => {};
  try {
    return await Promise.race([work, new Promise<never>((_done, fail) => {
      leave = () => { fail(signal.reason as Error); };
      signal.addEventListener('abort', leave, { once: true });
    })]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
