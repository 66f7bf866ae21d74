import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { UserError } from '../../src/base/error';
import { localSockets, resolveEndpoint, type Place } from '../../src/engine/endpoint';

/** A machine that is only told of. */
function place(told: { env?: NodeJS.ProcessEnv; files?: Record<string, string>; sockets?: Record<string, 'denied' | 'usable'>; platform?: NodeJS.Platform; programs?: readonly string[] } = {}): Place {
  const platform = told.platform ?? 'linux';
  const env = { PATH: platform === 'win32' ? 'C:\\bin' : '/usr/bin', ...told.env };
  return {
    platform, env, home: platform === 'win32' ? 'C:\\Users\\me' : '/home/me', uid: platform === 'win32' ? undefined : 1000,
    read: file => (told.files?.[file] === undefined ? undefined : Buffer.from(told.files[file])),
    socket: path => told.sockets?.[path] ?? 'none',
    machine: { platform, env, isProgram: file => (told.programs ?? ['/usr/bin/docker', 'C:\\bin\\docker.exe']).includes(file) },
  };
}

const meta = (name: string, folder = '/home/me/.docker'): string => `${folder}/contexts/meta/${createHash('sha256').update(name).digest('hex')}/meta.json`;
const tls = (name: string, file: string): string => `/home/me/.docker/contexts/tls/${createHash('sha256').update(name).digest('hex')}/docker/${file}`;
const context = (host: string, more: object = {}): string => JSON.stringify({ Name: 'x', Endpoints: { docker: { Host: host, SkipTLSVerify: false, ...more } } });
const usable = { '/var/run/docker.sock': 'usable' } as const;

void test('what Docker takes: DOCKER_HOST, then DOCKER_CONTEXT, then the current context, then the default; a setting before all', () => {
  const files = { [meta('one')]: context('unix:///one.sock'), [meta('two')]: context('unix:///two.sock'), '/home/me/.docker/config.json': '{"currentContext":"two"}' };
  const path = (found: ReturnType<typeof resolveEndpoint>): string => (found.transport.kind === 'socket' ? found.transport.path : found.transport.kind);
  assert.equal(path(resolveEndpoint({}, place({ files, sockets: usable, env: { DOCKER_HOST: 'unix:///host.sock', DOCKER_CONTEXT: 'one' } }))), '/host.sock');
  assert.equal(path(resolveEndpoint({}, place({ files, sockets: usable, env: { DOCKER_CONTEXT: 'one' } }))), '/one.sock');
  assert.equal(path(resolveEndpoint({}, place({ files, sockets: usable }))), '/two.sock');
  assert.equal(path(resolveEndpoint({}, place({ sockets: usable }))), '/var/run/docker.sock');
  assert.equal(path(resolveEndpoint({ context: 'one' }, place({ files, env: { DOCKER_HOST: 'unix:///host.sock' } }))), '/one.sock');
  assert.equal(path(resolveEndpoint({ context: 'default' }, place({ files, sockets: usable }))), '/var/run/docker.sock');
  assert.equal(path(resolveEndpoint({}, place({ env: { DOCKER_CONFIG: '/etc/mine', DOCKER_CONTEXT: 'one' }, files: { [meta('one', '/etc/mine')]: context('unix:///mine.sock') } }))), '/mine.sock');
});

void test('addresses: tcp with and without TLS, ssh by the command line, pipes of Windows', () => {
  const host = (DOCKER_HOST: string, more: NodeJS.ProcessEnv = {}) => resolveEndpoint({}, place({ env: { DOCKER_HOST, ...more }, files: { '/certs/ca.pem': 'CA', '/certs/cert.pem': 'CERT', '/certs/key.pem': 'KEY' } })).transport;
  assert.deepEqual(host('tcp://10.0.0.1:2375'), { kind: 'tcp', host: '10.0.0.1', port: 2375 });
  assert.deepEqual(host('10.0.0.1'), { kind: 'tcp', host: '10.0.0.1', port: 2375 });
  assert.deepEqual(host('tcp://[::1]:1'), { kind: 'tcp', host: '::1', port: 1 });
  assert.deepEqual(host('tcp://a:2376'), { kind: 'tcp', host: 'a', port: 2376, tls: { verify: true } });
  assert.deepEqual(host('tcp://a:1', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }), { kind: 'tcp', host: 'a', port: 1, tls: { verify: true, ca: Buffer.from('CA'), cert: Buffer.from('CERT'), key: Buffer.from('KEY') } });
  assert.deepEqual(host('ssh://me@far'), { kind: 'dial', command: { tool: '/usr/bin/docker', args: ['-H', 'ssh://me@far', 'system', 'dial-stdio'], cwd: '/home/me', env: {} } });
  const windows = resolveEndpoint({}, place({ platform: 'win32', env: { DOCKER_HOST: 'npipe:////./pipe/docker_engine' } }));
  assert.deepEqual(windows.transport, { kind: 'socket', path: '//./pipe/docker_engine' });
  assert.equal(resolveEndpoint({}, place({ platform: 'win32', sockets: { '//./pipe/podman-machine-default': 'usable' } })).address, 'npipe:////./pipe/podman-machine-default');
});

void test("a context's TLS files are used, and ssh goes with --context and without DOCKER_HOST", () => {
  const files = { [meta('x')]: context('tcp://a:1', { SkipTLSVerify: true }), [tls('x', 'ca.pem')]: 'CA', [meta('far')]: context('ssh://me@far') };
  assert.deepEqual(resolveEndpoint({ context: 'x' }, place({ files })).transport, { kind: 'tcp', host: 'a', port: 1, tls: { verify: false, ca: Buffer.from('CA') } });
  const far = resolveEndpoint({ context: 'far' }, place({ files })).transport;
  assert.deepEqual(far, { kind: 'dial', command: { tool: '/usr/bin/docker', args: ['--context', 'far', 'system', 'dial-stdio'], cwd: '/home/me', env: { DOCKER_HOST: undefined } } });
});

void test('a local engine is found where Docker, Docker Desktop, a rootless one or Podman put it', () => {
  const at = (sockets: Record<string, 'denied' | 'usable'>, env: NodeJS.ProcessEnv = {}): string => resolveEndpoint({}, place({ sockets, env })).address;
  assert.equal(at({ '/home/me/.docker/desktop/docker.sock': 'usable' }), 'unix:///home/me/.docker/desktop/docker.sock');
  assert.equal(at({ '/var/run/docker.sock': 'denied', '/run/user/1000/docker.sock': 'usable' }), 'unix:///run/user/1000/docker.sock');
  assert.equal(at({ '/x/podman/podman.sock': 'usable' }, { XDG_RUNTIME_DIR: '/x' }), 'unix:///x/podman/podman.sock');
  // What is there, though not for us, is named: the error then says why.
  assert.equal(at({ '/run/podman/podman.sock': 'denied' }), 'unix:///run/podman/podman.sock');
  assert.equal(at({}), 'unix:///var/run/docker.sock');
  assert.ok(localSockets(place({ platform: 'darwin' })).includes('/home/me/.docker/run/docker.sock'));
});

void test('what is wrong with a configuration is said', () => {
  const code = (run: () => unknown): [string, string] => {
    try {
      run();
    } catch (error) {
      if (error instanceof UserError) return [error.code, error.message];
    }
    return ['', ''];
  };
  const [noContext, said] = code(() => resolveEndpoint({ context: 'gone' }, place()));
  assert.equal(noContext, 'engine.context');
  assert.match(said, /no Docker context "gone"/);
  assert.equal(code(() => resolveEndpoint({}, place({ files: { '/home/me/.docker/config.json': '{' } })))[0], 'engine.config');
  assert.equal(code(() => resolveEndpoint({}, place({ env: { DOCKER_HOST: 'ssh://far' }, programs: [] })))[0], 'engine.no-docker');
});
