import { Agent } from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import type { Command } from '../base/command';
import { endTree, start, startError } from '../base/exec';

type Done = (error: Error | null, stream?: Duplex) => void;

/** An agent whose connections are `docker ... system dial-stdio`: each is a process that pipes to the engine, wherever it is. */
export function dialAgent(command: Command): Agent {
  const agent = new Agent({ keepAlive: false });
  // Node's types leave createConnection out of Agent.
  (agent as unknown as { createConnection: (options: object, done: Done) => void }).createConnection = (_options, done) => { dial(command, done); };
  return agent;
}

function dial(command: Command, done: Done): void {
  const child = start(command, { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) {
    done(startError(command, new Error('no pipes')));
    return;
  }
  // Its end waits for the process's: an answer that is cut off says less than what ssh said.
  const answers = new PassThrough();
  stdout.pipe(answers, { end: false });
  const stream = Duplex.from({ readable: answers, writable: stdin });
  let said = '';
  stderr.on('data', (chunk: Buffer) => { if (said.length < 4096) said += chunk.toString(); });
  child.once('error', error => { stream.destroy(startError(command, error)); });
  stdin.on('error', () => {});
  child.once('close', code => {
    // What ssh or Docker's command line says: host key, no route, no login.
    if (code !== 0 && said !== '') stream.destroy(Object.assign(new Error(said.trim()), { code: 'EDIAL' }));
    else answers.end();
  });
  stream.once('close', () => { void endTree(child, 300); });
  const self = (): Duplex => stream;
  // What HTTP calls on a socket, and a pipe does not have.
  Object.assign(stream, { setKeepAlive: self, setNoDelay: self, setTimeout: self, ref: self, unref: self, destroySoon: () => { stream.end(); } });
  done(null, stream);
}
