import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, lstatSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readTar, TarError } from '../../src/base/tar';
import { insideName, unpackTar } from '../../src/base/unpack';

interface Member { name: string; type?: string; body?: string | Uint8Array; target?: string; prefix?: string; size?: Uint8Array; magic?: string; mode?: number }

function header(member: Member, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(member.name, 0, 100);
  block.write(`${(member.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100);
  block.write('0001750\0', 108);
  block.write('0001750\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  if (member.size !== undefined) block.set(member.size, 124);
  block.write('14000000000\0', 136);
  block.write(member.type ?? '0', 156);
  block.write(member.target ?? '', 157, 100);
  block.write(member.magic ?? 'ustar\x0000', 257, 'latin1');
  block.write(member.prefix ?? '', 345, 155);
  block.fill(' ', 148, 156);
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function archive(...members: Member[]): Buffer {
  const parts = members.flatMap(member => {
    const body = Buffer.from(member.body ?? '');
    return [header(member, body.length), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function list(bytes: Uint8Array, size = 100_000): Promise<string[]> {
  const found: string[] = [];
  for await (const { header, body } of readTar(pieces(bytes, size))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk.slice());
    found.push(`${header.kind} ${header.name} ${header.size} ${header.target}|${Buffer.concat(chunks).toString()}`);
  }
  return found;
}

const record = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + 1;
  while (String(length).length + bytes !== length) length = String(length).length + bytes;
  return `${length}${rest}`;
};

const long = 'd/'.repeat(80) + 'ünï.txt';

void test('reads members, however the stream is cut', async () => {
  const bytes = archive(
    { name: 'a/', type: '5' }, { name: 'a/x.txt', body: 'hello' }, { name: 'empty', body: '' }, { name: 'b', prefix: 'pre/fix', body: 'p'.repeat(513) },
    { name: 'l', type: '2', target: 'a/x.txt' }, { name: 'h', type: '1', target: 'a/x.txt' },
    { name: 'x', type: 'x', body: record('path', long) + record('mtime', '1.5') }, { name: 'short', body: 'by pax' },
    { name: '././@LongLink', type: 'L', body: long + '\0', magic: 'ustar  \0' }, { name: 'short', body: 'by gnu', magic: 'ustar  \0' }, { name: 'old/', type: '\0' },
  );
  const wanted = [
    'directory a 0 |', 'file a/x.txt 5 |hello', 'file empty 0 |', `file pre/fix/b 513 |${'p'.repeat(513)}`, 'symlink l 0 a/x.txt|', 'link h 0 a/x.txt|',
    `file ${long} 6 |by pax`, `file ${long} 6 |by gnu`, 'directory old 0 |',
  ];
  for (const size of [1, 7, 511, 512, 513, 100_000]) assert.deepEqual(await list(bytes, size), wanted, `in pieces of ${size}`);
});

void test('a body that is not read is skipped', async () => {
  const names: string[] = [];
  for await (const { header } of readTar(pieces(archive({ name: 'a', body: 'x'.repeat(2000) }, { name: 'b', body: 'y' }), 300))) names.push(header.name);
  assert.deepEqual(names, ['a', 'b']);
});

void test("GNU's binary sizes are read", async () => {
  const size = Buffer.alloc(12);
  size[0] = 0x80;
  size[11] = 3;
  assert.deepEqual(await list(Buffer.concat([header({ name: 'n', size }, 0), Buffer.from('abc'), Buffer.alloc(509)])), ['file n 3 |abc']);
});

void test('global pax records hold until taken away', async () => {
  const users: string[] = [];
  const bytes = archive({ name: 'g', type: 'g', body: record('uname', 'ann') }, { name: 'a' }, { name: 'x', type: 'x', body: record('uname', '') }, { name: 'b' }, { name: 'c' });
  for await (const { header } of readTar(pieces(bytes, 512))) users.push(`${header.name}:${header.user}`);
  assert.deepEqual(users, ['a:ann', 'b:', 'c:ann']);
});

for (const format of ['gnu', '0.0', '0.1', '1.0']) {
  void test(`a sparse file is its bytes and holes, as tar writes it in form ${format}`, { skip: process.platform !== 'linux' }, async t => {
    const to = folder(t);
    const file = join(to, 'holes');
    const extents = Array.from({ length: 40 }, (_, i) => [i * 100_000 + 8192, Buffer.alloc(4096, i + 1)] as const);
    const wanted = Buffer.alloc(5_000_000);
    writeFileSync(file, '');
    truncateSync(file, wanted.length);
    const handle = openSync(file, 'r+');
    for (const [at, bytes] of extents) {
      writeSync(handle, bytes, 0, bytes.length, at);
      bytes.copy(wanted, at);
    }
    closeSync(handle);
    writeFileSync(join(to, 'zlast'), 'after');
    const bytes = execFileSync('tar', ['-c', '--sparse', ...(format === 'gnu' ? ['--format=gnu'] : ['--format=pax', `--sparse-version=${format}`]), '-C', to, 'holes', 'zlast'], { maxBuffer: 1 << 26 });
    assert.ok(bytes.length < 1_000_000);
    const found: [string, number, boolean][] = [];
    for await (const { header, body } of readTar(pieces(bytes, 3000))) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk.slice());
      found.push([header.name, header.size, Buffer.concat(chunks).equals(header.name === 'holes' ? wanted : Buffer.from('after'))]);
    }
    assert.deepEqual(found, [['holes', 5_000_000, true], ['zlast', 5, true]]);
  });
}

void test('names in no encoding that is UTF-8 stay apart', async () => {
  const name = (byte: number): Buffer => {
    const bytes = archive({ name: 'caf_' }).subarray(0, 512);
    bytes[3] = byte;
    bytes.fill(' ', 148, 156);
    bytes.write(`${bytes.reduce((sum, each) => sum + each, 0).toString(8).padStart(6, '0')}\0 `, 148);
    return bytes;
  };
  assert.deepEqual(await list(Buffer.concat([name(0xe9), name(0xe8)])), ['file caf\u00e9 0 |', 'file caf\u00e8 0 |']);
});

void test('damage is told, with its place', async () => {
  const good = archive({ name: 'a', body: 'x'.repeat(1000) }, { name: 'b', body: 'y' });
  await assert.rejects(list(good.subarray(0, 700)), (error: TarError) => error instanceof TarError && /cut off/.test(error.message) && error.offset === 700);
  await assert.rejects(list(good.subarray(0, 1600)), TarError);
  const bent = Buffer.from(good);
  bent[3] = 0x41;
  await assert.rejects(list(bent), /damaged/);
  await assert.rejects(list(archive({ name: 'x', type: 'x', body: '99 path=zz\n' }, { name: 'a' })), /pax record is damaged/);
  await assert.rejects(list(archive({ name: 'q', type: 'Q' })), /unknown type "Q"/);
  await assert.rejects(list(Buffer.from('not a tar archive at all'.repeat(100))), TarError);
});

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'untar-'));
  t.after(() => { rmSync(path, { recursive: true, force: true }); });
  return path;
}

void test('unpacks files, folders and links', async t => {
  const to = folder(t);
  await unpackTar(pieces(archive(
    { name: 'bin/run', body: '#!', mode: 0o755 }, { name: 'lib/a', body: 'A' }, { name: 'lib/b', type: '2', target: '../bin/run' }, { name: 'lib/c', type: '1', target: 'lib/a' }, { name: 'void/', type: '5' },
  ), 512), to);
  assert.equal(readFileSync(join(to, 'lib/b'), 'utf8'), '#!');
  assert.equal(readFileSync(join(to, 'lib/c'), 'utf8'), 'A');
  assert.deepEqual(readdirSync(to).sort(), ['bin', 'lib', 'void']);
  if (process.platform !== 'win32') assert.equal(lstatSync(join(to, 'bin/run')).mode & 0o100, 0o100);
});

void test('nothing lands outside', async t => {
  const outside: Member[][] = [
    [{ name: '../x', body: '!' }],
    [{ name: '/tmp/untar-absolute', body: '!' }],
    [{ name: 'a/../../x', body: '!' }],
    [{ name: 'l', type: '2', target: '/etc' }],
    [{ name: 'l', type: '2', target: '..' }],
    [{ name: 'd/l', type: '2', target: '../../x' }],
    [{ name: 'd', type: '2', target: '.' }, { name: 'x', type: '2', target: 'd/..' }],
    [{ name: 'h', type: '1', target: '../../etc/passwd' }],
    [{ name: 'dev', type: '3' }],
    [{ name: 'f', type: '6' }],
  ];
  for (const members of outside) {
    const above = folder(t);
    const to = join(above, 'in');
    await assert.rejects(unpackTar(pieces(archive(...members), 512), to), TarError, JSON.stringify(members));
    assert.deepEqual(readdirSync(above).filter(name => name !== 'in'), []);
  }
  assert.equal(existsSync('/tmp/untar-absolute'), false);
});

void test('a member is never written through a link', async t => {
  const to = folder(t);
  await assert.rejects(unpackTar(pieces(archive({ name: 'a', type: '2', target: 'b' }, { name: 'a/x', body: '!' }, { name: 'b/', type: '5' }), 512), to));
  assert.deepEqual(readdirSync(join(to, 'b')), []);
});

void test('names that Windows would read otherwise', () => {
  for (const name of ['a\\..\\b', 'C:x', 'nul', 'aux.txt', 'x.', 'x ', 'a/com1', 'a:b', 'a?']) assert.equal(insideName(name, 'win32'), undefined, name);
  for (const name of ['a/b', 'console', 'com', 'a.b']) assert.equal(insideName(name, 'win32'), name);
  assert.equal(insideName('a\\b', 'linux'), 'a\\b');
  assert.equal(insideName('./a//b/', 'linux'), 'a/b');
});
