import { readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { isUserError, messageOf } from '../base/error';
import { loadHost } from '../run/hosting';
import { runGuest, writeError } from '../run/hosting/guest';
import { exitCodes, type GuestSpec } from '../run/hosting/spec';
import { fileVariable, specVariable } from '../run/launch';
import { frame, pipeVariable, splitter } from './target/channel';

// The program that hosts a guest that is debugged. The guest has the main thread; a worker carries the inspector protocol between this
// process and the debugger, and ends the process when the debugger is gone.

/** Milliseconds that the end may wait for the worker to let go: nobody is left to debug then. */
const farewell = 2000;

interface Shared {
  readonly pipe: string;
  readonly done: Int32Array;
}

async function main(): Promise<number> {
  const pipe = take(pipeVariable);
  const file = take(fileVariable);
  const text = file === undefined ? take(specVariable) : readFileSync(file, 'utf8');
  if (file !== undefined) rmSync(file, { force: true });
  if (pipe === undefined || text === undefined) throw new Error(`${pipeVariable} or ${specVariable} is not set`);
  const spec = JSON.parse(text) as GuestSpec;
  const done = new Int32Array(new SharedArrayBuffer(4));
  const relay = new Worker(__filename, { workerData: { pipe, done } satisfies Shared, env: {}, stdin: false });
  await new Promise<void>((resolve, reject) => {
    relay.once('message', resolve);
    relay.once('error', reject);
  });
  process.on('exit', code => {
    // While a session is connected Node would wait for the debugger to disconnect.
    relay.postMessage(code);
    Atomics.wait(done, 0, 0, farewell);
  });
  const makeHost = await loadHost(spec.host);
  return runGuest(spec, options => {
    const host = makeHost(options);
    return {
      ...host,
      // They would run beside the debugger.
      threads: undefined,
      start(instance) {
        // The module is compiled and known to the debugger, which now sets its breakpoints.
        debugger; // eslint-disable-line no-debugger
        return host.start(instance);
      },
    };
  });
}

function take(name: string): string | undefined {
  const value = process.env[name];
  delete process.env[name];
  return value;
}

async function relay(): Promise<void> {
  const { Session } = await import('node:inspector');
  const { pipe, done } = workerData as Shared;
  const session = new Session();
  session.connectToMainThread();
  const socket = connect(pipe);
  const send = (message: unknown): void => { socket.write(frame(message)); };
  session.on('inspectorNotification', message => {
    // The host's own scripts are none of the debugger's business, and there are many.
    const { method, params } = message as unknown as { method: string; params: { scriptLanguage?: string } };
    if (method === 'Debugger.scriptParsed' && params.scriptLanguage !== 'WebAssembly') return;
    send(message);
  });
  socket.on('data', splitter(message => {
    const { id, method, params } = message as { id: number; method: string; params?: object };
    if (method === 'Host.start') {
      parentPort?.postMessage('start');
      return;
    }
    session.post(method, params, (error, result) => {
      send(error === null ? { id, result } : { id, error: { message: error.message } });
    });
  }));
  let ending = false;
  // Only SIGKILL is certain: the guest may spin.
  const kill = (): void => { if (!ending) process.kill(process.pid, 'SIGKILL'); };
  socket.on('close', kill).on('error', kill);
  parentPort?.on('message', (code: number) => {
    ending = true;
    session.disconnect();
    send({ method: 'Host.exit', params: { code } });
    socket.end(() => {
      Atomics.store(done, 0, 1);
      Atomics.notify(done, 0);
    });
  });
}

if (isMainThread) {
  main().then(code => process.exit(code), (error: unknown) => {
    writeError(`${isUserError(error) ? error.message : messageOf(error)}\n`);
    process.exit(isUserError(error) && error.code === 'no-runtime' ? exitCodes.noRuntime : exitCodes.failed);
  });
} else {
  void relay();
}
