// Starts and ends the engine. What runs hangs on one pipe: when its keeper ends, however it ends, the engine's namespace ends too.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync, copyFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as places from './places.mjs';

/** What the running engine says of itself, or undefined when it does not answer. */
export function ask(path, socketPath = places.socket) {
  return new Promise(done => {
    const asked = request({ socketPath, path, timeout: 5000 }, answer => {
      const chunks = [];
      answer.on('data', chunk => chunks.push(chunk)).on('end', () => {
        const text = Buffer.concat(chunks).toString();
        try {
          done(answer.statusCode === 200 ? JSON.parse(text) : undefined);
        } catch {
          done(answer.statusCode === 200 ? text : undefined);
        }
      });
    });
    asked.on('timeout', () => { asked.destroy(); }).on('error', () => { done(undefined); }).end();
  });
}

export function readState() {
  try {
    return JSON.parse(readFileSync(places.state, 'utf8'));
  } catch {
    return undefined;
  }
}

const alive = pid => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The state of an engine that runs and answers. */
export async function running() {
  const state = readState();
  return state !== undefined && alive(state.keeper) && state.root === places.root && state.shim === places.shim && (await ask('/_ping')) === 'OK' ? state : undefined;
}

/** What a process needs in its environment to use the engine. */
export function environment(state) {
  return {
    DOCKER_HOST: `unix://${places.socket}`, DOCKER_CONFIG: join(places.run, 'config'), PATH: `${join(places.run, 'bin')}:${process.env.PATH}`,
    WASM_WORKBENCH_ENGINE: places.run, WASM_WORKBENCH_REGISTRY: state.registry,
  };
}

/** Lets this process and its children use the engine that runs; one that the user has chosen is left alone. */
export async function useEngine() {
  if (process.env.DOCKER_HOST || process.env.DOCKER_CONTEXT) return;
  const state = await running();
  if (state !== undefined) Object.assign(process.env, environment(state));
}

/** Keeps an engine until `ended` resolves: the body of the keeper's process. */
export async function keep(say, ended) {
  clean();
  for (const folder of ['socket', 'docker', 'registry', 'bin', 'config']) mkdirSync(join(places.run, folder), { recursive: true, mode: 0o700 });
  writeFileSync(join(places.run, 'daemon.json'), JSON.stringify({
    features: { 'containerd-snapshotter': true }, runtimes: { 'crun-wasm': { path: '/usr/bin/crun' } },
    // Published ports go by docker-proxy alone: no rule is left in this machine's tables.
    bridge: places.bridge, iptables: false, ip6tables: false, 'cgroup-parent': '/wasm-workbench-engine', 'shutdown-timeout': 1,
  }));
  copyFileSync(join(places.shim, places.shimName), join(places.run, 'bin', places.shimName));
  chmodSync(join(places.run, 'bin', places.shimName), 0o755);
  writePrograms();
  const registry = `localhost:${String(await freePort())}`;
  const log = openSync(join(places.run, 'inside.log'), 'a');
  const folders = [...new Set([tmpdir(), homedir(), resolve(places.here, '../..')])];
  const child = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', join(places.here, 'inside.sh'), places.root, places.run, places.bridge, places.subnet, registry, ...folders],
    { stdio: ['pipe', log, log] });
  child.stdin.on('error', () => {});
  const gone = new Promise(done => child.once('close', done));
  try {
    for (let tries = 0; (await ask('/_ping')) !== 'OK'; tries++) {
      if (child.exitCode !== null || tries > 300) throw new Error(`The engine did not start:\n${tail('inside.log')}\n${tail('dockerd.log')}`);
      await new Promise(done => setTimeout(done, 200));
    }
    writeFileSync(places.state, JSON.stringify({ keeper: process.pid, inside: child.pid, registry, root: places.root, shim: places.shim }));
    say(registry);
    await Promise.race([ended, gone]);
  } finally {
    // A daemon that is told to stop unmounts what it mounted; the namespace ends whatever is left.
    child.stdin.end();
    const timer = setTimeout(() => { child.kill('SIGKILL'); }, 5000);
    await gone;
    clearTimeout(timer);
    clean();
  }
}

/** Ends the engine that runs, and all that an earlier one left. */
export async function stop() {
  const state = readState();
  if (state !== undefined && alive(state.keeper) && isKeeper(state.keeper)) {
    process.kill(state.keeper, 'SIGTERM');
    for (let tries = 0; alive(state.keeper) && tries < 100; tries++) await new Promise(done => setTimeout(done, 100));
  }
  clean();
}

/** A number that was a keeper's may be another process's by now. */
function isKeeper(pid) {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('engine');
  } catch {
    return false;
  }
}

/** Takes away what an engine leaves where it was killed: its namespace, bridge, control groups and folder. */
function clean() {
  const state = readState();
  if (state !== undefined && alive(state.inside) && isInside(state.inside)) {
    try {
      process.kill(state.inside, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  // `ip` is the root's where the machine has none.
  if (existsSync(`/sys/class/net/${places.bridge}`)) spawnSync('chroot', [places.root, '/sbin/ip', 'link', 'delete', places.bridge]);
  for (const controller of controllers()) removeTree(join(controller, 'wasm-workbench-engine'));
  rmSync(places.run, { recursive: true, force: true, maxRetries: 5 });
}

function isInside(pid) {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('inside.sh');
  } catch {
    return false;
  }
}

function controllers() {
  const top = '/sys/fs/cgroup';
  return existsSync(join(top, 'cgroup.controllers')) ? [top] : existsSync(top) ? readdirSync(top).map(name => join(top, name)) : [];
}

/** Control groups go by rmdir, innermost first. */
function removeTree(folder) {
  if (!existsSync(folder)) return;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // Still in use for a moment: an empty control group costs nothing.
  }
}

/** The root's programs, made to run outside of it by its own loader. */
function writePrograms() {
  const library = readdirSync(join(places.root, 'usr/lib')).find(name => name.endsWith('-linux-gnu'));
  const loader = ['lib64/ld-linux-x86-64.so.2', 'lib/ld-linux-aarch64.so.1'].map(path => join(places.root, path)).find(existsSync);
  const write = (folder, name, program) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), `#!/bin/sh\nexec '${loader}' --library-path '${join(places.root, 'usr/lib', library)}' --argv0 "$0" '${join(places.root, program)}' "$@"\n`, { mode: 0o755 });
  };
  write(join(places.run, 'bin'), 'docker', 'usr/bin/docker');
  write(join(places.run, 'bin'), 'wasmedge', 'usr/bin/wasmedge');
  write(join(places.run, 'config', 'cli-plugins'), 'docker-buildx', 'usr/libexec/docker/cli-plugins/docker-buildx');
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => { done(port); });
    });
  });
}

function tail(name) {
  try {
    return readFileSync(join(places.run, name), 'utf8').split('\n').slice(-20).join('\n');
  } catch {
    return '';
  }
}
