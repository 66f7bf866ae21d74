import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { buildArguments, composeOf, dockerfileOf, isWasmDockerfile, serviceName, type Recipe } from '../../src/image/dockerfile';

const recipe: Recipe = {
  name: 'php:1', module: '/site/bin/php.wasm', additions: [{ host: '/site/public', guest: '/docroot' }, { host: "/site/a b/it's", guest: '/x y' }], args: ['-q', '/docroot/index.php'],
  env: { LEVEL: '5', QUOTED: 'a "b" $HOME \\ c' }, labels: { 'org.example': 'x y' }, expose: ['8080', '53/udp'], platform: { os: 'wasi', architecture: 'wasm' },
};

void test('a Dockerfile copies, sets and starts what the image has', () => {
  assert.equal(dockerfileOf(recipe, '/site', path.posix), `# docker buildx build --platform wasi/wasm --provenance=false --tag php:1 .
FROM scratch
COPY bin/php.wasm /php.wasm
COPY public /docroot
COPY ["a b/it's","/x y"]
ENV LEVEL="5"
ENV QUOTED="a \\"b\\" \\$HOME \\\\ c"
LABEL org.example="x y"
EXPOSE 8080/tcp
EXPOSE 53/udp
ENTRYPOINT ["/php.wasm"]
CMD ["-q", "/docroot/index.php"]
`);
  const windows = { ...recipe, module: 'C:\\work\\bin\\php.wasm', additions: [] };
  assert.match(dockerfileOf(windows, 'C:\\work', path.win32), /\nCOPY bin\/php\.wasm \/php\.wasm\n/);
  assert.throws(() => dockerfileOf(windows, 'D:\\other', path.win32), { code: 'usage', message: /lies outside/ });
  assert.throws(() => dockerfileOf(recipe, '/site/bin', path.posix), { code: 'usage', message: /lies outside/ });
  assert.throws(() => dockerfileOf({ ...recipe, env: { A: 'two\nlines' } }, '/site', path.posix), { code: 'usage', message: /more than one line/ });
  assert.match(dockerfileOf({ ...recipe, module: undefined, additions: [{ host: '/site', guest: '/' }], base: 'php:1' }, '/site', path.posix), /\nFROM php:1\nCOPY \. \/\nENV/);
});

void test('a Compose file has the platform and the runtime', () => {
  assert.equal(composeOf(recipe, { service: 'My App!' }), `services:
  my-app:
    image: "php:1"
    build:
      context: .
      platforms:
        - wasi/wasm
      provenance: false
    platform: wasi/wasm
    runtime: io.containerd.wasmedge.v1
    ports:
      - "8080:8080"
      - "53:53/udp"
`);
  assert.match(composeOf({ ...recipe, expose: [] }, { service: 'x', shim: 'crun-wasm', dockerfile: 'Dockerfile.wasm' }), /dockerfile: Dockerfile\.wasm\n[^]*runtime: crun-wasm\n$/);
  assert.deepEqual(['A B', '-x-', '..', 'ok_1.2'].map(serviceName), ['a-b', 'x', 'app', 'ok_1.2']);
});

void test('Dockerfiles that make Wasm images are known', () => {
  for (const text of ['FROM scratch\nCOPY a.wasm /\n', 'FROM rust AS build\nRUN cargo build\nfrom --platform=wasi/wasm scratch\nCOPY --from=build /a \\\n  /app.wasm\n', '# x\nFROM scratch AS last\nADD . /\nENTRYPOINT ["/app.wasm"]']) assert.ok(isWasmDockerfile(text), text);
  for (const text of ['', 'FROM scratch\nCOPY a /a\n', 'FROM debian\nCOPY a.wasm /\n', 'FROM scratch\nCOPY a.wasm /\nFROM debian\n', '# FROM scratch\n# COPY a.wasm /']) assert.ok(!isWasmDockerfile(text), text);
  assert.deepEqual(buildArguments({ platform: 'wasi/wasm', tag: 'a:1', file: 'Dockerfile.wasm', context: '.' }), ['buildx', 'build', '--platform', 'wasi/wasm', '--provenance=false', '--tag', 'a:1', '--file', 'Dockerfile.wasm', '.']);
});
