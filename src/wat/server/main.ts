import { BrowserMessageReader, BrowserMessageWriter, createConnection, RAL } from 'vscode-languageserver/browser';
import { portOf, type Channel } from '../../base/port';
import { serve } from './server';

// One script for both places where the server runs: a worker of a page, whose own global is its port, and a process of the editor's Node,
// which has a channel to its parent. So it is built for a browser, and carried once.

const process = (globalThis as { process?: Channel & { exit(): never } }).process;
const channel = process?.send === undefined ? undefined : process;
const port = channel === undefined ? globalThis : portOf(channel);
const connection = createConnection(new BrowserMessageReader(port as never), new BrowserMessageWriter(port as never));
if (channel !== undefined) {
  channel.once('disconnect', () => channel.exit());
  connection.onExit(() => channel.exit());
  // One message a turn, so that a request which has been cancelled meanwhile is not answered; a browser has no such turns.
  const setTurn: ReturnType<typeof RAL>['timer']['setImmediate'] = (callback, ...args: readonly unknown[]) => {
    const handle = setImmediate(callback, ...args);
    return { dispose: () => { clearImmediate(handle); } };
  };
  RAL.install({ ...RAL(), timer: { ...RAL().timer, setImmediate: setTurn } });
}
serve(connection);
