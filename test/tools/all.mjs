// `npm test`: unit tests, then the extension inside a real VS Code, then the packaged extension there. Words after `--` choose parts
// (unit, editor, package). Ends with the line `N passed, N failed, N skipped` over all parts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { add, counted, line, tellFailures } from './count.mjs';
import { end, start } from './processes.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** What each part starts, and after how many minutes it is ended, with all that it started: more than a slow machine needs. */
const parts = {
  unit: { args: ['unit.mjs'], minutes: 20 },
  editor: { args: ['host.mjs'], minutes: 30 },
  package: { args: ['host.mjs', '--packaged'], minutes: 10 },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

const sum = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'wasm-workbench-count-'));
const summary = [];
for (const [name, { args: [script, ...args], minutes }] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n== ${name} ==`);
  const started = performance.now();
  const file = join(scratch, `${name}.json`);
  const child = start(process.execPath, [join(here, script), ...args], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, WASM_WORKBENCH_COUNT: file } });
  let late = false;
  const limit = setTimeout(() => { late = true; void end(child); }, minutes * 60_000);
  const code = await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', ended => done(ended ?? 1));
  });
  clearTimeout(limit);
  const count = counted(file) ?? { passed: 0, failed: 0, skipped: 0 };
  // A part that failed without a failed test (it could not start, or was ended) is a failure of its own.
  if (code !== 0 && count.failed === 0) {
    count.failed = 1;
    count.failures = [`${name}: ${late ? `not done after ${minutes} minutes` : `ended with ${code}`}`];
  }
  add(sum, count);
  summary.push(`${name.padEnd(8)} ${line(count)} in ${Math.round((performance.now() - started) / 1000)} s`);
}
rmSync(scratch, { recursive: true, force: true });
tellFailures(sum.failures);
console.log(`\n${summary.join('\n')}`);
console.log(line(sum));
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
