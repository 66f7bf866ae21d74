// Makes what the engine is made of, where the cache does not have it: the Debian root, and the shim.
import { spawnSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as places from './places.mjs';

/** Why this machine can't bring up an engine of its own; undefined where it can. */
export function unable() {
  if (process.platform !== 'linux') return 'a system other than Linux';
  if (process.getuid() !== 0) return 'not root';
  if (spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status !== 0) return 'no namespaces may be made here (unshare)';
  if (!existsSync(places.root) && spawnSync('debootstrap', ['--version']).status !== 0) return 'debootstrap is not installed';
  return undefined;
}

/** Makes root and shim; `say` is told of each step. Their commands' output goes to a log, which is shown when one fails. */
export async function makeParts(say) {
  mkdirSync(dirname(places.root), { recursive: true });
  if (!existsSync(places.root)) {
    say('a Debian root with Docker and WasmEdge');
    const partial = `${places.root}.${process.pid}.partial`;
    try {
      await step(['sh', join(places.here, 'root.sh'), partial, places.suite, mirror(), places.basePackages.join(','), ...places.laterPackages]);
      renameSync(partial, places.root);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
    forget('engine-root-', places.root);
  }
  if (!existsSync(join(places.shim, places.shimName))) {
    say('the shim (7 to 10 minutes on two cores)');
    const build = join(dirname(places.root), 'engine-build');
    mkdirSync(build, { recursive: true });
    await step(['sh', join(places.here, 'build.sh'), places.root, join(places.here, 'shim'), build, mirror(), places.suite, ...places.buildPackages, '--', ...places.rustPackages]);
    mkdirSync(places.shim, { recursive: true });
    copyFileSync(join(build, 'target', 'release', places.shimName), join(places.shim, `${places.shimName}.partial`));
    renameSync(join(places.shim, `${places.shimName}.partial`), join(places.shim, places.shimName));
    rmSync(build, { recursive: true, force: true });
    forget('engine-shim-', places.shim);
  }
}

/** Older versions of a part go. */
function forget(prefix, kept) {
  const folder = dirname(kept);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix) && join(folder, name) !== kept && !name.endsWith('.partial')) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** The mirror that this Debian already uses. */
function mirror() {
  if (process.env.DEBIAN_MIRROR) return process.env.DEBIAN_MIRROR;
  const listed = spawnSync('apt-cache', ['policy'], { encoding: 'utf8' }).stdout ?? '';
  return /https?:\/\/[^\s]+\/debian(?=\/? )/.exec(listed)?.[0] ;
}

function step(command) {
  const log = join(dirname(places.root), `engine-${String(process.pid)}.log`);
  return new Promise((resolve, reject) => {
    // In a mount namespace, so that nothing stays mounted whatever happens.
    const child = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', `exec "$@" >'${log}' 2>&1`, 'sh', ...command], { stdio: ['ignore', 'inherit', 'inherit'] });
    const end = () => { child.kill('SIGKILL'); };
    process.on('exit', end);
    child.once('error', reject);
    child.once('close', code => {
      process.off('exit', end);
      const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
      rmSync(log, { force: true });
      if (code === 0) resolve();
      else reject(new Error(`${command.slice(0, 3).join(' ')} failed:\n${text.split('\n').slice(-40).join('\n')}`));
    });
  });
}
