import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSign, randomBytes, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Repository } from '../../src/image/registry/client';
import { parseReference } from '../../src/image/reference';
import { readImage, verifiedBlob } from '../../src/image/read';
import type { Blobs } from '../../src/image/oci';
import { need } from '../tools/needs';
import { guest, runCli, startCli } from '../run/guests';
import { breakingRelay, startRegistry } from './realRegistry';
import { bytesOf, imageOf, signal, tarOf, workplace } from './support';

// Against Debian's docker-registry, with both kinds of login that registries have.

const registry = need('docker-registry');
const quick = { attempts: 3, silence: 5000, pause: 10 };
const config = { os: 'wasi', architecture: 'wasm', rootfs: { type: 'layers', diff_ids: [] }, config: { Entrypoint: ['/app.wasm'] } };

function image(size: number): Blobs {
  return imageOf([{ bytes: Buffer.concat([tarOf([{ name: 'a.txt', text: 'a' }]), randomBytes(size)]) }], config);
}

function repository(name: string): Repository {
  return new Repository(parseReference(name), { signal, patience: quick, credentials: () => Promise.resolve(undefined) });
}

void test('a push through a relay that breaks connections arrives whole', { skip: registry.skip }, async t => {
  const host = await startRegistry(t, registry.path, workplace(t));
  // The first request with much in it is cut off; so is the first chunk of the upload that follows.
  let breaks = 0;
  const relay = await breakingRelay(t, host, bytes => bytes < 3_000_000 || breaks++ >= 2);
  const whole = image(12 << 20);
  assert.equal(await repository(`${relay}/weak/net`).push(whole, '1'), whole.root.digest);
  assert.ok(breaks >= 2);
  const back = await repository(`${host}/weak/net`).open(parseReference(`${host}/weak/net:1`));
  const { manifest } = await readImage(back, undefined, signal);
  assert.ok((await bytesOf(verifiedBlob(back, manifest.layers[0]!))).equals(await bytesOf(whole.blob(manifest.layers[0]!.digest))));
});

/** A folder with Docker's config.json, and the environment that names it. */
function login(folder: string, host: string, user: string, password: string): NodeJS.ProcessEnv {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${user}:${password}`).toString('base64') } } }));
  return { ...process.env, DOCKER_CONFIG: folder };
}

// The password geheim by bcrypt, the one form that registries take.
const htpasswd = 'ada:$2y$05$abcdefghijklmnopqrstuuVWu8RjbNovPZWAMRdd7iqaaG0mI53Uu\n';

async function session(t: TestContext, env: NodeJS.ProcessEnv, host: string): Promise<void> {
  const folder = workplace(t);
  const name = `${host}/team/args:1`;
  const pack = await runCli(['pack', guest('args'), '--tag', name, '--output', 'image.tar', '--', 'packed'], '', { env, cwd: folder });
  assert.equal(pack.code, 0, pack.stderr);
  const push = await runCli(['push', 'image.tar', name], '', { env, cwd: folder });
  assert.equal(push.code, 0, push.stderr);
  assert.equal(push.stdout, pack.stdout, 'the digest is that of the file');
  const pull = await runCli(['pull', name, '--output', 'back'], '', { env, cwd: folder });
  assert.deepEqual([pull.code, pull.stdout], [0, pack.stdout], pull.stderr);
  const run = await runCli(['run', name, '--', 'mine'], '', { env, cwd: folder });
  assert.deepEqual([run.code, run.stdout], [0, 'args.wasm\0mine\0'], run.stderr);
}

void test('a registry with passwords takes the login of config.json, and says when there is none or a wrong one', { skip: registry.skip }, async t => {
  const folder = workplace(t);
  const file = join(folder, 'htpasswd');
  writeFileSync(file, htpasswd);
  const host = await startRegistry(t, registry.path, folder, `  htpasswd:\n    realm: tests\n    path: ${JSON.stringify(file)}\n`);
  await session(t, login(join(folder, 'right'), host, 'ada', 'geheim'), host);
  const none = await runCli(['pull', `${host}/team/args:1`, '--output', 'x.tar'], '', { env: login(join(folder, 'none'), 'other.test', 'a', 'b'), cwd: folder });
  assert.deepEqual([none.code, /needs a login .*docker login/.test(none.stderr)], [1, true], none.stderr);
  const wrong = await runCli(['pull', `${host}/team/args:1`, '--output', 'x.tar'], '', { env: login(join(folder, 'wrong'), host, 'ada', 'falsch-wort'), cwd: folder });
  assert.deepEqual([wrong.code, wrong.stderr.includes('falsch-wort'), existsSync(join(folder, 'x.tar'))], [1, false, false], wrong.stderr);
  // A helper keeps the login instead, as Docker Desktop's does.
  const helpers = join(folder, 'helpers');
  mkdirSync(helpers);
  writeFileSync(join(helpers, 'docker-credential-test'), '#!/bin/sh\nread host\nprintf \'{"ServerURL":"%s","Username":"ada","Secret":"geheim"}\' "$host"\n', { mode: 0o755 });
  writeFileSync(join(helpers, 'config.json'), JSON.stringify({ credHelpers: { [host]: 'test' } }));
  const helped = await runCli(['pull', `${host}/team/args:1`, '--output', 'helped.tar'], '', { env: { ...process.env, DOCKER_CONFIG: helpers, PATH: `${helpers}:${process.env['PATH'] ?? ''}` }, cwd: folder });
  assert.equal(helped.code, 0, helped.stderr);
});

const openssl = need('openssl');
void test('a registry with tokens sends us to its token server, which is asked with the login', { skip: registry.skip || openssl.skip }, async t => {
  const folder = workplace(t);
  execFileSync(openssl.path, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem'), '-days', '2', '-subj', '/CN=tests'], { stdio: 'ignore' });
  const key = createPrivateKey(readFileSync(join(folder, 'key.pem')));
  const certificate = readFileSync(join(folder, 'cert.pem'), 'utf8').replace(/-----[^-]+-----|\s/g, '');
  const scopes: (string | null)[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (request.headers.authorization !== `Basic ${Buffer.from('ada:geheim').toString('base64')}`) {
      response.writeHead(401).end();
      return;
    }
    const scope = url.searchParams.get('scope');
    scopes.push(scope);
    const [type, name, actions] = (scope ?? '').split(':');
    const now = Math.floor(Date.now() / 1000);
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [certificate] })}.${encode({
      iss: 'tests', sub: 'ada', aud: url.searchParams.get('service'), exp: now + 300, nbf: now - 10, iat: now, jti: randomBytes(8).toString('hex'),
      access: scope === null ? [] : [{ type, name, actions: (actions ?? '').split(',') }],
    })}`;
    response.end(JSON.stringify({ token: `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`, expires_in: 300 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  const realm = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`;
  const host = await startRegistry(t, registry.path, folder, `  token:\n    realm: ${realm}\n    service: tests\n    issuer: tests\n    rootcertbundle: ${JSON.stringify(join(folder, 'cert.pem'))}\n`);
  await session(t, login(join(folder, 'right'), host, 'ada', 'geheim'), host);
  assert.deepEqual([...new Set(scopes)].sort(), ['repository:team/args:pull', 'repository:team/args:pull,push']);
  const refused = await runCli(['push', 'none.tar', `${host}/team/args:1`], '', { env: login(join(folder, 'wrong'), host, 'ada', 'x'), cwd: folder });
  assert.equal(refused.code, 1);
});

void test('a push that is killed leaves no tag, and the next one goes through', { skip: registry.skip }, async t => {
  const folder = workplace(t);
  const host = await startRegistry(t, registry.path, join(folder, 'registry'));
  writeFileSync(join(folder, 'noise'), randomBytes(24 << 20));
  const name = `${host}/big/app:1`;
  const pack = await runCli(['pack', guest('hello'), '--add', 'noise:/noise', '--output', 'image.tar'], '', { cwd: folder });
  assert.equal(pack.code, 0, pack.stderr);
  let killed = false;
  const relay = await breakingRelay(t, host, bytes => {
    if (bytes > 8_000_000 && !killed) {
      killed = true;
      child.kill('SIGKILL');
    }
    return true;
  });
  const child = startCli(['push', 'image.tar', name.replace(host, relay)], { cwd: folder });
  await once(child, 'close');
  assert.ok(killed);
  await assert.rejects(repository(name).open(parseReference(name)), { code: 'not-found' });
  assert.equal((await runCli(['push', 'image.tar', name], '', { cwd: folder })).stdout, pack.stdout);
  // A pull that is killed leaves no image where it should have gone.
  let pulled = 0;
  const slow = await breakingRelay(t, host, () => true);
  const pulling = startCli(['pull', name.replace(host, slow), '--output', 'pulled.tar'], { cwd: folder });
  const watch = setInterval(() => {
    if (pulled === 0 && readdirSync(folder).some(entry => entry.startsWith('pulled.tar.'))) {
      pulled = 1;
      pulling.kill('SIGKILL');
    }
  }, 1);
  await once(pulling, 'close');
  clearInterval(watch);
  if (pulled === 1) assert.ok(!existsSync(join(folder, 'pulled.tar')));
});
