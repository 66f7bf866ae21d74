// What `npm start` and `npm run demo` do first on a fresh clone. Nothing of node_modules may be imported before this.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnv, npm, run } from './processes.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Installs the packages that building needs, unless they are there; says what it does. */
export async function ready(say) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new Error(`Node ${process.versions.node} is too old: 20 or later is needed.`);
  if (existsSync(join(root, 'node_modules', 'esbuild', 'package.json')) && existsSync(join(root, 'node_modules', '@vscode', 'l10n'))) return;
  say('Installing the packages that building needs (npm ci) ...');
  const { tool, args } = npm();
  await run(tool, [...args, 'ci', '--no-audit', '--no-fund'], { cwd: root, env: cleanEnv() });
}

/** Runs a script's main part; a failure is one sentence, not a stack. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(process.env.WASM_WORKBENCH_VERBOSE === '1' ? error : `error: ${error.message}`);
    process.exitCode = 1;
  }
}
