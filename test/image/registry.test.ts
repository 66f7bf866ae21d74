import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packImage, type PackedImage } from '../../src/image/pack';
import { Repository } from '../../src/image/registry/client';
import { credentialsFor, type Credentials, type Helper } from '../../src/image/registry/credentials';
import { parseChallenge } from '../../src/image/registry/authorize';
import { parseReference } from '../../src/image/reference';
import { readImage, verifiedBlob } from '../../src/image/read';
import { digestOf } from '../../src/base/digest';
import { need } from '../tools/needs';

const signal = new AbortController().signal;
const quick = { attempts: 3, silence: 2000, pause: 1 };

function workplace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
}

async function someImage(t: TestContext, size = 300_000): Promise<PackedImage> {
  const module = join(workplace(t), 'app.wasm');
  writeFileSync(module, randomBytes(size));
  const image = await packImage({ module, additions: [], env: {}, labels: {}, expose: [], platform: { os: 'wasi', architecture: 'wasm' }, compress: true }, { signal });
  t.after(() => image.dispose());
  return image;
}

function repository(name: string, credentials?: Credentials): Repository {
  return new Repository(parseReference(name), { signal, patience: quick, credentials: () => Promise.resolve(credentials) });
}

async function serve(t: TestContext, handle: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => { handle(request, response, Buffer.concat(chunks)); });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const registry = need('docker-registry');
void test('a real registry takes an image and gives it back with the same digest', { skip: registry.skip }, async t => {
  const folder = workplace(t);
  const config = join(folder, 'config.yml');
  writeFileSync(config, `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/data\nhttp:\n  addr: 127.0.0.1:0\nlog:\n  level: info\n`);
  const child = spawn(registry.path, ['serve', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(async () => { child.kill('SIGKILL'); await once(child, 'exit'); });
  const host = await new Promise<string>(resolve => {
    let text = '';
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      const match = /listening on (127\.0\.0\.1:\d+)/.exec(text);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
  });
  const image = await someImage(t);
  const name = `${host}/demo/app:1`;
  const sizes: number[] = [];
  assert.equal(await repository(name).push(image, '1', done => sizes.push(done)), image.root.digest);
  assert.equal(sizes.at(-1), image.layers.reduce((sum, each) => sum + each.size, 0) + image.manifest.config.size + image.root.size);
  await repository(name).push(image, 'again');
  const back = await repository(name).open(parseReference(name));
  assert.equal(back.root.digest, image.root.digest);
  const read = await readImage(back, { os: 'wasi', architecture: 'wasm' }, signal);
  assert.deepEqual(read.config, JSON.parse(JSON.stringify({ ...image.config })));
  const layer = read.manifest.layers[0]!;
  assert.ok((await bytesOf(verifiedBlob(back, layer))).equals(await bytesOf(image.blob(layer.digest))));
  const skopeo = need('skopeo');
  if (skopeo.skip === false) {
    const seen = JSON.parse(execFileSync(skopeo.path, ['inspect', '--tls-verify=false', '--override-os', 'wasi', '--override-arch', 'wasm', `docker://${name}`], { encoding: 'utf8' })) as { Digest: string; Os: string; RepoTags: string[] };
    assert.deepEqual([seen.Digest, seen.Os, seen.RepoTags.sort()], [image.root.digest, 'wasi', ['1', 'again']]);
  }
  await assert.rejects(repository(`${host}/demo/none:1`).open(parseReference(`${host}/demo/none:1`)), { code: 'not-found' });
});

void test('a bearer token is fetched with the stored login, once for each right', async t => {
  let tokens = 0;
  const host = await serve(t, (request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.pathname === '/token') {
      tokens++;
      if (request.headers.authorization !== `Basic ${Buffer.from('me:secret').toString('base64')}`) {
        response.writeHead(401).end();
        return;
      }
      assert.equal(url.searchParams.get('scope'), 'repository:a/b:pull,push');
      response.end(JSON.stringify({ token: 'T' }));
      return;
    }
    if (request.headers.authorization !== 'Bearer T') {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${String(request.headers.host)}/token",service="s",scope="x"` }).end();
      return;
    }
    if (request.method === 'HEAD') response.writeHead(200).end();
    else response.writeHead(201).end();
  });
  const image = await someImage(t, 1000);
  await repository(`${host}/a/b`, { user: 'me', password: 'secret' }).push(image, 'latest');
  assert.equal(tokens, 1);
  await assert.rejects(repository(`${host}/a/b`).push(image, 'latest'), { code: 'credentials', message: /docker login/ });
  await assert.rejects(repository(`${host}/a/b`, { user: 'me', password: 'wrong-word' }).push(image, 'latest'), (error: Error) => /refuses the stored login/.test(error.message) && !error.message.includes('wrong-word'));
});

void test('429 and 500 are tried again with a limit, then reported; garbage is named as such', async t => {
  let asked = 0;
  const busy = await serve(t, (_, response) => {
    asked++;
    response.writeHead(429, { 'retry-after': '0' }).end();
  });
  await assert.rejects(repository(`${busy}/x`).open(parseReference(`${busy}/x`)), { code: 'network', message: /no more requests/ });
  assert.equal(asked, 3);
  let failures = 0;
  const image = await someImage(t, 1000);
  const manifest = await bytesOf(image.blob(image.root.digest));
  const flaky = await serve(t, (_, response) => {
    if (failures++ < 2) response.writeHead(500).end();
    else response.writeHead(200, { 'content-type': image.root.mediaType }).end(manifest);
  });
  assert.equal((await repository(`${flaky}/x`).open(parseReference(`${flaky}/x`))).root.digest, image.root.digest);
  const garbage = await serve(t, (_, response) => { response.writeHead(502, { 'content-type': 'text/html' }).end('<html>bad gateway</html>'); });
  await assert.rejects(repository(`${garbage}/x`).open(parseReference(`${garbage}/x`)), { code: 'network', message: /no reason that a registry gives/ });
});

void test('a layer whose connection breaks goes on where it broke, and a wrong one is refused', async t => {
  const body = randomBytes(400_000);
  const ranges: (string | undefined)[] = [];
  const host = await serve(t, (request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from === 0 ? 200 : 206, { 'content-length': String(body.length - from) });
    if (ranges.length < 3) response.write(body.subarray(from, from + 100_000), () => response.destroy());
    else response.end(body.subarray(from));
  });
  const from = repository(`${host}/x`);
  const descriptor = { mediaType: 'x', digest: digestOf(body), size: body.length };
  const blobs = { root: descriptor, blob: (digest: string) => from.blob(digest) };
  assert.ok((await bytesOf(verifiedBlob(blobs, descriptor))).equals(body));
  assert.equal(ranges.length, 3);
  assert.match(ranges[1] ?? '', /^bytes=\d+-$/);
  await assert.rejects(bytesOf(verifiedBlob(blobs, { ...descriptor, digest: digestOf(Buffer.from('other')) })), { code: 'integrity' });
});

void test('credentials come from the helper of a registry, then the store, then the file', async t => {
  const folder = workplace(t);
  const write = (config: object): void => { writeFileSync(join(folder, 'config.json'), JSON.stringify(config)); };
  const helper: Helper = (name, input) => Promise.resolve(input.includes('known')
    ? { code: 0, stdout: JSON.stringify({ Username: name, Secret: 's' }) } : { code: 1, stdout: 'credentials not found' });
  write({ auths: { 'file.test': { auth: Buffer.from('u:p:q').toString('base64') } }, credHelpers: { 'known.test': 'special' } });
  assert.deepEqual(await credentialsFor('known.test', signal, folder, helper), { user: 'special', password: 's' });
  assert.deepEqual(await credentialsFor('file.test', signal, folder, helper), { user: 'u', password: 'p:q' });
  assert.equal(await credentialsFor('none.test', signal, folder, helper), undefined);
  write({ auths: { 'known.test': {}, 'https://index.docker.io/v1/': { identitytoken: 'I' } }, credsStore: 'store' });
  assert.deepEqual(await credentialsFor('known.test', signal, folder, helper), { user: 'store', password: 's' });
  assert.deepEqual(await credentialsFor('docker.io', signal, folder, helper), { identityToken: 'I' });
  writeFileSync(join(folder, 'config.json'), '{"auths": {"x": {"auth": "c2VjcmV0"');
  await assert.rejects(credentialsFor('x', signal, folder, helper), (error: Error) => !error.message.includes('c2VjcmV0') && error.message.includes('config.json'));
});

void test('challenges are read with quoted and plain values', () => {
  assert.deepEqual(parseChallenge('Bearer realm="https://a.test/token",service="x, y",scope=pull'), {
    scheme: 'bearer', parameters: { realm: 'https://a.test/token', service: 'x, y', scope: 'pull' },
  });
});
