// Starts the programs that tests need, each in a process group of its own, and ends all of them, with what they started, when we end.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const running = new Set();

function killGroup(child, signal) {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  try { process.kill(-child.pid, signal); } catch { /* it is gone */ }
}

process.on('exit', () => { for (const child of running) killGroup(child, 'SIGKILL'); });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143));
}

/** Starts a program in its own process group; it ends with us at the latest. */
export function start(tool, args, options = {}) {
  const child = spawn(tool, args, { detached: process.platform !== 'win32', windowsHide: true, ...options });
  running.add(child);
  const over = () => running.delete(child);
  child.once('error', over);
  // The leader's exit does not end its group: what it left behind goes with it.
  child.once('exit', () => { killGroup(child, 'SIGKILL'); over(); });
  return child;
}

/** Ends a program and all that it started, politely first; resolves when it is gone. */
export async function end(child, graceMs = 3000) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise(done => child.once('exit', done));
  killGroup(child, 'SIGTERM');
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}

/** Runs a program to its end, its output ours (or kept, with `quiet`); rejects when it fails, with the last lines it printed. */
export function run(tool, args, { quiet = false, timeoutMs, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(tool, args, { stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'], ...options });
    let kept = '';
    const keep = chunk => { kept = (kept + chunk).slice(-64_000); };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => { void end(child, 500); }, timeoutMs);
    child.once('error', error => { clearTimeout(timer); reject(error); });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(kept);
      else {
        const failed = new Error(`${tool} ${args.join(' ')} ended with ${signal ?? code}${quiet ? `:\n${kept.slice(-4000)}` : ''}`);
        failed.code = code;
        reject(failed);
      }
    });
  });
}

/** npm as a tool and first arguments that start it without a shell, also on Windows, by the Node that is named. */
export function npm(node = process.execPath) {
  const candidates = [process.env.npm_execpath, join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')];
  const onPath = which('npm');
  if (onPath !== undefined) {
    candidates.push(realpathSync(onPath), join(dirname(onPath), 'node_modules/npm/bin/npm-cli.js'));
  }
  const cli = candidates.find(file => file?.endsWith('npm-cli.js') && existsSync(file));
  if (cli === undefined) throw new Error('npm was not found: it comes with Node (20 or later).');
  return { tool: node, args: [cli] };
}

/** The first program of one of these names on PATH. */
export function which(...names) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const name of names) {
      for (const ending of endings) {
        const file = join(folder, name + ending);
        if (existsSync(file)) return file;
      }
    }
  }
  return undefined;
}

/** This process's environment without what npm and node set for their own children, and with `extra` laid over it. */
export function cleanEnv(extra = {}) {
  const env = Object.fromEntries(Object.entries(process.env)
    .filter(([name]) => !/^(npm_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|ELECTRON_RUN_AS_NODE$|VSCODE_)/i.test(name) || /^npm_config_(registry|cafile|.*proxy)$/i.test(name)));
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}
