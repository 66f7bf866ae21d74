// Messages to and from a script that runs beside ours: a worker of a page, or a process. Both look alike here, so that what talks over
// them, and what is talked to, is one bundle for the browser and for desktop.

/** What messages go over, with the names that a page's worker has for it; 'close' is the event of a process that has ended. */
export interface Port {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: () => void): void;
}

/** Either end of the IPC channel of a process: the child in its parent, or `process` in the child. */
export interface Channel {
  readonly connected?: boolean;
  send?(message: unknown, handle: undefined, options: undefined, sent: () => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/** A channel as a port. */
export function portOf(channel: Channel): Port {
  const port: Port = {
    onmessage: null,
    // What can't be sent is no error of its own: the channel has closed, which its event tells.
    postMessage: message => { if (channel.connected === true) channel.send?.(message, undefined, undefined, () => {}); },
    addEventListener: (type, listener) => { if (type === 'close') channel.once('disconnect', listener); },
  };
  channel.on('message', data => port.onmessage?.({ data }));
  return port;
}
