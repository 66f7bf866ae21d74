import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { build, clean } from '../../src/build/build';
import { projectAt } from '../../src/build/target';
import { keep, realContext, scratch, write } from './scratch';

const versions = { assemblyscript: '0.28.20', '@assemblyscript/wasi-shim': '0.1.0' } as const;

/** A node_modules with the compiler, fetched by npm once for this machine; undefined where that can't be done. */
function compiler(): string | undefined {
  const base = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = path.join(base, 'wasm-workbench-tests', `assemblyscript-${versions.assemblyscript}`);
  const modules = path.join(folder, 'node_modules');
  if (existsSync(path.join(modules, 'assemblyscript', 'bin', 'asc.js'))) return modules;
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  writeFileSync(path.join(making, 'package.json'), '{"private":true}');
  const wanted = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  const ran = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['install', '--no-audit', '--no-fund', ...wanted], { cwd: making, stdio: 'ignore', shell: process.platform === 'win32' });
  if (ran.status === 0 && !existsSync(folder)) renameSync(making, folder);
  else rmSync(making, { recursive: true, force: true });
  return existsSync(modules) ? modules : undefined;
}

const modules = compiler();
if (modules === undefined && process.env.CI === 'true') throw new Error('npm must be able to fetch assemblyscript where CI=true');

void test('assemblyscript: builds by the project\'s compiler, leaves out what is up to date, tells messages', { skip: modules === undefined ? 'assemblyscript not installed and npm can\'t fetch it' : false }, async () => {
  const folder = scratch();
  symlinkSync(modules ?? '', path.join(folder, 'node_modules'), 'junction');
  write(folder, {
    'package.json': '{"name":"demo"}', 'asconfig.json': '{"extends":"./node_modules/@assemblyscript/wasi-shim/asconfig.json","targets":{"debug":{"outFile":"out/debug.wasm","debug":true}}}',
    'assembly/index.ts': 'import { code } from "./util";\nprocess.exit(code());\n', 'assembly/util.ts': 'export function code(): i32 { return 5; }\n',
  });
  const project = await projectAt(folder);
  const run = (output = keep()): ReturnType<typeof build> => build(project, { profile: 'debug' }, realContext(), output);
  const first = await run();
  assert.deepEqual([first.executed, first.modules[0]?.path, first.modules[0]?.info.kind], [1, path.join(folder, 'out', 'debug.wasm'), 'command']);
  assert.deepEqual((await run()).executed, 0);
  write(folder, { 'assembly/util.ts': 'export function code(): i32 { return "é"; }\n' });
  const output = keep();
  await assert.rejects(run(output), { code: 'build-failed' });
  assert.deepEqual(output.diagnostics.map(one => [one.file, one.start, one.end, one.code]), [[path.join(folder, 'assembly', 'util.ts'), { line: 1, column: 38 }, { line: 1, column: 41 }, 'TS2322']]);
  await clean(project, realContext(), keep());
  assert.equal(existsSync(path.join(folder, 'out', 'debug.wasm')), false);
});
