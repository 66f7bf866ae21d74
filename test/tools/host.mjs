// Runs the suites of test/host inside a real VS Code: `node test/tools/host.mjs [RUN...] [--packaged] [--grep TEXT]`; those of
// the packaged extension only with --packaged or by name. Which editor:
// WASM_WORKBENCH_EDITOR=desktop|served, or a path of an editor's program; else the desktop one, and where that can't be had the served one.
import * as esbuild from 'esbuild';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { add, counted, line, missing, report } from './count.mjs';
import { desktop, runDesktop } from './editor/desktop.mjs';
import { openEditor } from './editor/served.mjs';
import { root, stage } from './editor/stage.mjs';
import { which } from './processes.mjs';
import { useEngine } from '../engine/engine.mjs';
import { objections, pack } from './vsix.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: 'string' }, packaged: { type: 'boolean', default: false } } });
/** What the workbench itself prints at every start; WASM_WORKBENCH_VERBOSE=1 shows it. */
const chatter = /^(?:\s*%c|\[[^\]]*\]|(?:Resolv(?:ing|ed) connection token|Creating a socket|Ignoring fetching additional|Updating additional builtin|Started local extension host|Extension host|Loading development extension|Error while fetching the extension under development|Request to |Timed out waiting for authentication provider|Task to terminate not found)\b|    at .*\/workbench\.js:|\s*$)/;
const count = { passed: 0, failed: 0, skipped: 0, failures: [] };
const fail = reason => { count.failed++; count.failures.push(reason); };
let staged;
try {
  staged = await stage();
  await compileTests(staged.tests);
  const { runs } = createRequire(import.meta.url)(join(staged.tests, 'runs.js'));
  const unknown = positionals.filter(name => !runs.some(run => run.name === name));
  if (unknown.length > 0) throw new Error(`There is no run ${unknown.join(', ')}: test/host/runs.ts has ${runs.map(run => run.name).join(', ')}.`);
  const chosen = runs.filter(run => (positionals.length === 0 ? (run.packaged ?? false) === values.packaged : positionals.includes(run.name)));
  const vsix = chosen.some(run => run.packaged) ? await packed() : undefined;
  const editor = await choose();
  for (const run of chosen) {
    const lacking = (run.needs ?? []).filter(tool => which(tool) === undefined);
    if (lacking.length > 0) missing(count, `editor run ${run.name}`, `${lacking.join(', ')} not found on PATH`);
    else if (!run.engine) await perform(run, editor, vsix);
    else await beside(() => perform(run, editor, vsix), why => missing(count, `editor run ${run.name}`, why));
  }
} catch (error) {
  console.error(error);
  fail(String(error.message ?? error).split('\n', 1)[0]);
} finally {
  staged?.dispose();
}
report(count);

/** Performs a run with the engine in its environment, and in no other run's: what the views show would depend on the machine. */
async function beside(run, without) {
  const before = { ...process.env };
  await useEngine();
  if (!process.env.DOCKER_HOST && !process.env.DOCKER_CONTEXT) return without('no Docker Engine that runs WebAssembly; test/engine/README.md says how to bring one up');
  try {
    await run();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

/** Packs the extension and looks at what came out, which is a test of its own. */
async function packed() {
  const file = join(staged.folder, 'wasm-workbench.vsix');
  await pack(file);
  const wrong = objections(file);
  console.log(wrong.length === 0 ? `  ok   the package holds what runs and nothing else (${Math.round(statSync(file).size / 1000)} kB)` : `  FAIL the package: ${wrong.join('; ')}`);
  if (wrong.length === 0) count.passed++;
  else fail(`the package: ${wrong.join('; ')}`);
  return file;
}

async function choose() {
  const wish = process.env.WASM_WORKBENCH_EDITOR;
  if (wish === 'served') return { kind: 'served' };
  if (wish !== undefined && wish !== 'desktop') return { kind: 'desktop', program: resolve(wish) };
  try {
    const program = await desktop();
    console.log(`Editor: ${program}`);
    return { kind: 'desktop', program };
  } catch (error) {
    if (wish === 'desktop') throw error;
    console.log(`Editor: code-server, since desktop VS Code can't be had here (${error.message || error.code || error}).`);
    return { kind: 'served' };
  }
}

/** Bundles each test file for the extension host; packages stay outside and resolve through the stage's node_modules. */
async function compileTests(outdir) {
  const host = join(root, 'test', 'host');
  const entryPoints = [join(host, 'index.ts'), join(host, 'runs.ts'), ...testFiles(join(host, 'suites'))];
  await esbuild.build({
    absWorkingDir: root, entryPoints, outdir, outbase: host, bundle: true, packages: 'external', external: ['vscode'], format: 'cjs',
    platform: 'node', target: 'node20', sourcemap: 'inline', logLevel: 'warning',
  });
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true }).map(name => join(folder, name)).filter(file => file.endsWith('.test.ts'));
}

async function perform(run, editor, vsix) {
  console.log(`\n${run.name}:`);
  const started = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), `wasm-workbench-run-`));
  const results = join(scratch, 'results.json');
  const timeoutMs = (run.timeout ?? 300) * 1000;
  const options = {
    open: run.open === undefined ? undefined : copy(resolve(root, run.open), scratch),
    extensions: run.packaged ? [vsix] : [],
    development: [...(run.packaged ? [] : [run.web ? webCopy(scratch) : staged.extension]), ...(run.extensions ?? []).map(folder => resolve(root, folder))],
    tests: join(staged.tests, 'index.js'),
    trust: run.trust ?? true,
    settings: run.settings,
    env: { ...run.env, WASM_WORKBENCH_SUITE: run.suite, WASM_WORKBENCH_RESULTS: results, WASM_WORKBENCH_GREP: values.grep },
    log: (_type, text) => { if (process.env.WASM_WORKBENCH_VERBOSE === '1' || !chatter.test(text)) console.log(text); },
    timeoutMs,
  };
  let why;
  try {
    const code = editor.kind === 'desktop' ? await runDesktop(editor.program, options) : await runServed(run, options);
    if (code !== 0) why = `the editor ended with ${code}`;
  } catch (error) {
    why = error.message;
  }
  const done = counted(results);
  add(count, done);
  // No results, or a bad end although every test passed: that is a failure of its own.
  if (done === undefined || (why !== undefined && done.failed === 0)) {
    const reason = `run ${run.name}: ${why ?? 'no test reported'}`;
    fail(reason);
    console.log(`  FAIL ${reason}`);
  }
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  console.log(`  ${run.name}: ${done === undefined ? 'no result' : line(done)}, ${Math.round((performance.now() - started) / 100) / 10} s`);
}

async function runServed(run, options) {
  const editor = await openEditor(options);
  let timer;
  try {
    const late = new Promise((_done, fail) => {
      timer = setTimeout(() => fail(new Error(`not done after ${options.timeoutMs / 1000} s`)), options.timeoutMs);
    });
    return await Promise.race([editor.ended, late]);
  } catch (error) {
    const shots = join(root, 'test', 'host', 'shots');
    mkdirSync(shots, { recursive: true });
    await editor.page.screenshot({ path: join(shots, `failed-${run.name}.png`) }).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
    await editor.close();
  }
}

/** A fresh copy of what a run opens; of the whole folder around a .code-workspace file. */
function copy(path, scratch) {
  const isFile = path.endsWith('.code-workspace');
  const folder = isFile ? dirname(path) : path;
  if (!existsSync(folder)) throw new Error(`${folder} is not there.`);
  const into = join(scratch, basename(folder));
  cpSync(folder, into, { recursive: true });
  return isFile ? join(into, basename(path)) : into;
}

/** Our extension for the browser's extension host, which takes only one that has `browser` and no `main`. */
function webCopy(scratch) {
  const into = join(scratch, 'web');
  cpSync(staged.extension, into, { recursive: true });
  const file = join(into, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  delete manifest.main;
  writeFileSync(file, JSON.stringify(manifest));
  return into;
}
