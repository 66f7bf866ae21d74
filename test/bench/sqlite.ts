import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const source = 'better-sqlite3@12.4.1';

/** sqlite3.c of SQLite's amalgamation, which an npm package ships: fetched once into the user's cache; undefined where that fails. */
export function amalgamation(): string | undefined {
  const cache = process.env['WASM_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wasm-workbench');
  const folder = join(cache, source);
  const file = join(folder, 'sqlite3.c');
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, 'partial-'));
  try {
    const shell = process.platform === 'win32';
    if (spawnSync('npm', ['pack', source, '--silent'], { cwd: partial, stdio: 'ignore', shell }).status !== 0) return undefined;
    const packed = `${source.replace('@', '-')}.tgz`;
    if (spawnSync('tar', ['-xzf', packed, 'package/deps/sqlite3'], { cwd: partial, stdio: 'ignore' }).status !== 0) return undefined;
    renameSync(join(partial, 'package', 'deps', 'sqlite3'), folder);
    return file;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
