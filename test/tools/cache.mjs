// Where the tests keep what is expensive to get: in the user's cache folder, one folder for each version, made whole or not at all.
import { existsSync, mkdirSync, renameSync, rmSync, openSync, closeSync, writeSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, dirname } from 'node:path';

/** The user's cache folder for this project: XDG_CACHE_HOME, ~/Library/Caches or LOCALAPPDATA; WASM_WORKBENCH_CACHE overrides it. */
export function cacheFolder(platform = process.platform, env = process.env, home = homedir()) {
  if (env.WASM_WORKBENCH_CACHE) return env.WASM_WORKBENCH_CACHE;
  const base = platform === 'win32' ? env.LOCALAPPDATA || join(home, 'AppData', 'Local')
    : platform === 'darwin' ? join(home, 'Library', 'Caches')
      : env.XDG_CACHE_HOME || join(home, '.cache');
  return join(base, 'wasm-workbench');
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * cacheFolder()/NAME, made by `make(folder)` if it is not there yet. `make` works in a folder beside it that gets its name only when all
 * is done, so that a cut off install is never taken for one; two processes that want the same folder don't make it twice.
 */
export async function cached(name, make) {
  const final = join(cacheFolder(), name);
  const lock = final + '.lock';
  mkdirSync(dirname(final), { recursive: true });
  for (let said = false; ;) {
    if (existsSync(final)) return final;
    try {
      const handle = openSync(lock, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let owner;
    try { owner = Number(readFileSync(lock, 'utf8')); } catch { continue; }
    if (owner !== 0 && !alive(owner)) { rmSync(lock, { force: true }); continue; }
    if (!said) console.error(`Waiting for process ${owner}, which is making ${final}.`);
    said = true;
    await new Promise(done => setTimeout(done, 500));
  }
  const partial = final + '.partial';
  try {
    if (existsSync(final)) return final;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    await make(partial);
    renameSync(partial, final);
    return final;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(lock, { force: true });
  }
}
