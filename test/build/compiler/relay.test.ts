import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { frame, Frame, Frames, passedVariables, readsStdin, serverVariable, type RequestFrame } from '../../../src/build/compiler/protocol';

const perl = '/usr/bin/perl';
const skip = existsSync(perl) ? false : `${perl} is not here`;
const relay = resolve(__dirname, '../../../../media/relay.pl');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ww-relay-')));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** What stands in the tool's place when the relay steps aside: it tells its arguments. */
const instead = [process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))'];

function run(args: readonly string[], place: string | undefined): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((done, fail) => {
    const env = { PATH: process.env['PATH'], SECRET: 'x', CPATH: '/käse "1"', ...(place === undefined ? {} : { [serverVariable]: place }) };
    const child = spawn(perl, [relay, String(instead.length + 2), ...instead, '--', 'cc', ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
    child.on('error', fail).on('close', code => { done({ code, stdout, stderr }); });
  });
}

/** A server that answers every request with these frames, and goes. */
async function serving(name: string, answer: readonly Buffer[]): Promise<{ server: Server; place: string; asked: RequestFrame[] }> {
  const asked: RequestFrame[] = [];
  const server = createServer(socket => {
    const frames = new Frames((kind, payload) => {
      if (kind === Frame.REQUEST) asked.push(JSON.parse(payload.toString()) as RequestFrame);
      else if (kind === Frame.STDIN_END) socket.end(Buffer.concat(answer));
    });
    socket.on('data', chunk => { frames.push(chunk); });
  });
  await new Promise<void>(done => server.listen(join(folder, name), done));
  after(() => { server.close(); });
  return { server, place: `key@${join(folder, name)}`, asked };
}

void test('the relay asks the server as the command line does', { skip }, async () => {
  const big = 'x'.repeat(300_000);
  const { place, asked } = await serving('a', [frame(Frame.STDERR, 'wärning\n'), frame(Frame.STDOUT, big), frame(Frame.EXIT, '3')]);
  const args = ['-c', 'a "b"\\n\n.c', 'ü.c', '-DX=\t1', '', '$HOME', 'y'.repeat(200_000).slice(0, 100_000)];
  assert.deepEqual(await run(args, place), { code: 3, stdout: big, stderr: 'wärning\n' });
  assert.deepEqual(asked, [{ key: 'key', tool: 'cc', args, cwd: folder, env: { CPATH: '/käse "1"' } }]);
});

void test('without a server, or when the tool reads its input, the command itself runs', { skip }, async () => {
  const { place, asked } = await serving('b', [frame(Frame.EXIT, '3')]);
  const itself = (args: readonly string[]) => ({ code: 0, stdout: JSON.stringify(['cc', ...args]) + '\n', stderr: '' });
  for (const [args, where] of [[['-c', 'a.c'], undefined], [['-c', 'a.c'], `key@${join(folder, 'nothing')}`], [['-x', 'c', '-'], place], [['@response'], place]] as const) {
    assert.deepEqual(await run(args, where), itself(args));
  }
  assert.deepEqual(asked, []);
});

void test('a server that goes away: the command runs if nothing was printed, and else it is said', { skip }, async () => {
  assert.equal((await run(['-c', 'a.c'], (await serving('c', [])).place)).stdout, JSON.stringify(['cc', '-c', 'a.c']) + '\n');
  assert.deepEqual(await run(['-c', 'a.c'], (await serving('d', [frame(Frame.STDERR, 'half')])).place), { code: 70, stdout: '', stderr: "halfcc: error: the compiler's server is gone\n" });
});

void test('it passes on what the protocol names, and knows what reads standard input', { skip }, async () => {
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(relay, 'utf8');
  const [, names = ''] = /qw\(([^)]*)\)/.exec(text) ?? [];
  assert.deepEqual(names.split(/\s+/), passedVariables);
  assert.ok(readsStdin('cc', ['-']) && readsStdin('cc', ['@x']) && readsStdin('ar', ['-M']) && !readsStdin('cc', ['-c', 'a.c']));
});
