// Compiles src/ and test/ to out/ file by file, then runs every *.test.js (or those whose path holds an argument) with Node's own test
// runner. Ends with the line `N passed, N failed, N skipped`.
import * as esbuild from 'esbuild';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { availableParallelism } from 'node:os';
import { readdirSync } from 'node:fs';
import { join, resolve, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { report } from './count.mjs';
import { useEngine } from '../engine/engine.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** A test file that is not done by then is ended, ms. */
const fileLimit = 300_000;
const skipped = ['node_modules', 'fixtures', 'host', 'bench'];

function files(folder, ending, out = [], skip = skipped) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skip.includes(entry.name)) files(path, ending, out, skip);
    } else if (entry.name.endsWith(ending)) out.push(path);
  }
  return out;
}

/** Compiles every .ts file under src and test to out/, one to one. */
export async function compile(outdir = resolve(root, 'out')) {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [...files(resolve(root, 'src'), '.ts'), ...files(resolve(root, 'test'), '.ts', [], ['node_modules', 'fixtures'])],
    outdir, outbase: root, format: 'cjs', platform: 'node', target: 'node20', sourcemap: 'inline', logLevel: 'warning', supported: { 'dynamic-import': false },
  });
}

function firstLine(error) {
  return String(error?.cause?.message ?? error?.message ?? error).split('\n', 1)[0];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2).filter(arg => !arg.startsWith('-'));
  await useEngine();
  await compile();
  const tests = files(resolve(root, 'test'), '.test.ts')
    .filter(file => wanted.length === 0 || wanted.some(part => relative(root, file).includes(part)))
    .map(file => resolve(root, 'out', relative(root, file).replace(/\.ts$/, '.js')));
  const count = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const stream = run({ files: tests, concurrency: availableParallelism(), timeout: fileLimit });
  const note = (kind, event) => {
    if (event.details?.type === 'suite') return;
    // The file itself is told of too: as a failure where it could not be loaded, or was not done in time.
    const isFile = tests.includes(event.name);
    if (isFile && kind === 'passed') return;
    if (event.skip !== undefined) count.skipped++;
    else count[kind]++;
    if (kind === 'failed') count.failures.push(`${relative(resolve(root, 'out'), isFile ? event.name : event.file ?? '')}: ${isFile ? '' : `${event.name}: `}${firstLine(event.details?.error)}`);
  };
  stream.on('test:pass', event => note('passed', event));
  stream.on('test:fail', event => { note('failed', event); process.exitCode = 1; });
  stream.compose(new spec()).pipe(process.stdout);
  await new Promise(done => stream.on('end', done));
  await new Promise(done => setImmediate(done));
  process.on('exit', () => report(count));
}
