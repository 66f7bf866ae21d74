// `npm run bench [-- --only NAME] [--json FILE|-]`: runs every test/bench/*.ts that exports bench(), one after the other, and prints
// their figures with the goals met or missed. Exits 1 where one could not be measured, not where a goal is missed (--strict: there too).
import * as esbuild from 'esbuild';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stage, root } from '../tools/editor/stage.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, json: { type: 'string' }, strict: { type: 'boolean', default: false } } });
const files = readdirSync(here).filter(name => name.endsWith('.ts') && /^export (?:async )?(?:function|const) bench\b/m.test(readFileSync(join(here, name), 'utf8')));
const names = files.map(name => name.slice(0, -3)).sort();
const unknown = (values.only ?? []).filter(name => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}: ${names.join(', ')}.`);
  process.exit(2);
}

// Figures are those of what users get: the production bundles, in a folder that nobody rebuilds meanwhile.
const staged = await stage({ production: true });
const results = [];
let failed = 0;
let missed = 0;
try {
  process.env.BENCH_DIST = join(staged.extension, 'dist');
  process.env.BENCH_CLI = join(staged.extension, 'dist', 'cli.js');
  process.env.BENCH_PROBE = join(here, 'activationProbe.mjs');
  process.env.BENCH_ROOT = root;
  const outdir = join(staged.folder, 'bench');
  mkdirSync(outdir, { recursive: true });
  await esbuild.build({
    absWorkingDir: root, entryPoints: [join(here, 'row.ts'), ...names.map(name => join(here, `${name}.ts`))], outdir, outbase: here, bundle: true, packages: 'external',
    format: 'cjs', platform: 'node', target: 'node20', sourcemap: 'inline', logLevel: 'warning',
  });
  const require = createRequire(import.meta.url);
  const { met } = require(join(outdir, 'row.js'));
  console.error(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}, ${process.platform}-${process.arch}`);
  for (const name of names.filter(one => values.only === undefined || values.only.includes(one))) {
    console.error(`\n${name}`);
    try {
      for (const row of await require(join(outdir, `${name}.js`)).bench()) {
        const goal = met(row);
        if (goal === false) missed++;
        results.push({ bench: name, ...row, ...(goal === undefined ? {} : { met: goal }) });
        console.error(table(row, goal));
      }
    } catch (error) {
      failed++;
      console.error(`  could not be measured: ${error.message.slice(0, 2000)}`);
    }
  }
} finally {
  staged.dispose();
}
console.error(`\n${results.filter(row => row.met === true).length} goals met, ${missed} missed, ${failed} not measured`);
const json = JSON.stringify(results, undefined, 2) + '\n';
if (values.json === '-') process.stdout.write(json);
else if (values.json !== undefined) writeFileSync(values.json, json);
process.exitCode = failed > 0 || (values.strict && missed > 0) ? 1 : 0;

function table(row, goal) {
  const value = `${number(row.value)} ${row.unit}`.padStart(12);
  const ratio = (row.ratio === undefined ? '' : `x ${number(row.ratio)}`).padStart(9);
  const verdict = goal === undefined ? ''.padEnd(16) : `${goal ? 'met   ' : 'MISSED'} (<= ${number(row.goal)})`.padEnd(16);
  return `  ${row.name.padEnd(44)}${value}${ratio}  ${verdict}${row.note === undefined ? '' : `  ${row.note}`}`.trimEnd();
}

function number(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
