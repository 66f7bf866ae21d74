#!/usr/bin/env node
// A Docker Engine with WasmEdge for the tests: `main.mjs start [--owner PID] | stop | status | env | make | run -- COMMAND`. See README.md beside this.
import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, keep, running, stop } from './engine.mjs';
import { makeParts, unable } from './parts.mjs';

const [verb, ...rest] = process.argv.slice(2);
const self = fileURLToPath(import.meta.url);

/** Starts an engine, or finds the one that runs; it is kept by a process of its own until `stop`, or until its owner ends. */
async function start(owner) {
  const found = await running();
  if (found !== undefined) return { state: found, ours: false };
  const why = unable();
  if (why !== undefined) throw new Error(`No engine can be brought up on this machine: ${why}.`);
  await makeParts(what => { process.stderr.write(`engine: ${what}\n`); });
  const log = join(tmpdir(), `wasm-workbench-keeper-${String(process.pid)}.log`);
  const out = openSync(log, 'w');
  const keeper = spawn(process.execPath, [self, 'keep', ...(owner === undefined ? [] : [String(owner)])], { detached: true, stdio: ['ignore', out, out, 'ipc'] });
  try {
    await new Promise((resolve, reject) => {
      keeper.once('message', resolve);
      keeper.once('exit', () => { reject(new Error(readFileSync(log, 'utf8'))); });
    });
  } finally {
    rmSync(log, { force: true });
  }
  keeper.disconnect();
  keeper.unref();
  const state = await running();
  if (state === undefined) throw new Error('The engine ended as soon as it had started.');
  return { state, ours: true };
}

const quote = text => `'${text.replaceAll("'", `'\\''`)}'`;

async function main() {
  switch (verb) {
    case 'start': {
      const { state } = await start(rest[0] === '--owner' ? Number(rest[1]) : undefined);
      for (const [name, value] of Object.entries(environment(state))) process.stdout.write(`export ${name}=${quote(value)}\n`);
      return 0;
    }
    case 'keep': {
      const owner = rest[0] === undefined ? undefined : Number(rest[0]);
      const ended = new Promise(resolve => {
        for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, resolve);
        if (owner !== undefined) setInterval(() => { try { process.kill(owner, 0); } catch { resolve(); } }, 500);
      });
      await keep(() => { process.send?.('up'); }, ended);
      return 0;
    }
    case 'make': {
      const why = unable();
      if (why !== undefined) throw new Error(`No engine can be brought up on this machine: ${why}.`);
      await makeParts(what => { process.stderr.write(`engine: ${what}\n`); });
      return 0;
    }
    case 'stop':
      await stop();
      return 0;
    case 'status':
    case 'env': {
      const state = await running();
      if (state === undefined) {
        process.stderr.write('No engine is running.\n');
        return 1;
      }
      for (const [name, value] of Object.entries(environment(state))) process.stdout.write(`export ${name}=${quote(value)}\n`);
      return 0;
    }
    case 'run': {
      const [tool, ...args] = rest[0] === '--' ? rest.slice(1) : rest;
      const { state, ours } = await start(process.pid);
      const code = await new Promise((resolve, reject) => {
        const child = spawn(tool, args, { stdio: 'inherit', env: { ...process.env, ...environment(state) } });
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { child.kill(signal); });
        child.once('error', reject).once('exit', (status, signal) => { resolve(status ?? (signal === null ? 1 : 130)); });
      });
      if (ours) await stop();
      return code;
    }
    default:
      process.stderr.write('Usage: main.mjs start [--owner PID] | stop | status | env | make | run -- COMMAND ARGS...\n');
      return 2;
  }
}

main().then(code => { process.exit(code); }, error => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
