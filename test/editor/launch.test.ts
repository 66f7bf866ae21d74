import { test } from 'node:test';
import assert from 'node:assert/strict';
import { posix, resolve, win32 } from 'node:path';
import { defaultPreopens, resolveLaunch, runArguments, type LaunchDefaults } from '../../src/editor/launch';
import { servedBy, ToldLines } from '../../src/editor/servingUrl';
import type { ReadyTold } from '../../src/run/ready';
import { projectProperty, readTaskDefinition, taskName } from '../../src/editor/taskDefinition';
import { isUserError } from '../../src/base/error';
import { toolPaths } from '../../src/cli/surroundings';
import { toolEnvironment } from '../../src/editor/toolEnvironment';

const folder = resolve('/ws');
const defaults: LaunchDefaults = { folder, args: [], env: {}, preopens: [], runtime: 'auto', limits: {} };

void test('a bare configuration runs its program, with nothing else of the machine', () => {
  assert.deepEqual(resolveLaunch({ program: 'app' }, defaults), {
    program: resolve(folder, 'app'), cwd: folder, options: [], args: [], console: 'integratedTerminal',
  });
});

void test('all that a configuration can say becomes options of the command line', () => {
  const launch = resolveLaunch({
    type: 'wasi', request: 'launch', name: 'x', program: 'app', target: 'tool', profile: 'release', args: ['-n', '3', 'a b'], env: { A: '1', B: 'x=y' },
    envFile: '.env', cwd: 'sub', preopens: ['data', 'data::/d', 'data::/d::ro', { host: '..', guest: '/up', readonly: true }, { host: 'own', readonly: true }],
    stdin: 'in.txt', runtime: 'wasmtime', limits: { memory: '64M', time: 1.5, output: 1000, openFiles: 9 }, listen: ['8080', '0.0.0.0:81'], connect: ['*'], trace: 'file,socket',
    console: 'internalConsole',
  }, { ...defaults, env: { A: '0', C: '3' }, args: ['unused'], limits: { time: 9 } });
  const sub = resolve(folder, 'sub');
  assert.deepEqual(launch.options, [
    '--runtime', 'wasmtime',
    '--dir', 'data', '--dir', 'data::/d', '--dir', 'data::/d::ro', '--dir', '..::/up::ro', '--dir', 'own::own::ro',
    '--env-file', resolve(sub, '.env'), '--env', 'A=1', '--env', 'C=3', '--env', 'B=x=y', '--stdin', resolve(sub, 'in.txt'),
    '--max-memory', '64M', '--timeout', '1.5', '--max-output', '1000', '--max-files', '9', '--listen', '8080', '--listen', '0.0.0.0:81', '--connect', '*',
  ]);
  assert.deepEqual([launch.target, launch.profile, launch.console, launch.cwd], ['tool', 'release', 'internalConsole', sub]);
  assert.deepEqual(runArguments(launch, '/m.wasm').slice(-6), ['--trace=file,socket', '/m.wasm', '--', '-n', '3', 'a b']);
});

void test("what the editor's own host is told, and what it has not", () => {
  const sub = resolve(folder, 'sub');
  const launch = resolveLaunch({
    program: 'app', runtime: 'editor', cwd: 'sub', env: { A: '1' }, envFile: '.env', stdin: 'in', preopens: ['data::/d', { host: '..', readonly: true }],
    limits: { time: 2, memory: '1M' }, trace: true, listen: ['80'],
  }, { ...defaults, env: { B: '2' } });
  assert.deepEqual(launch.inEditor, {
    env: { A: '1', B: '2' }, envFile: resolve(sub, '.env'), stdin: resolve(sub, 'in'), time: 2, unmet: ['memory limit', 'sockets', 'trace'],
    mounts: [{ host: resolve(sub, 'data'), guest: '/d' }, { host: folder, guest: '..', readonly: true }],
  });
  // Where it is not installed the default host gets the same options.
  assert.ok(!launch.options.includes('--runtime') && launch.options.includes('--dir'));
  assert.deepEqual(launch.trace, ['--trace']);
  assert.equal(resolveLaunch({ program: 'app', trace: false }, defaults).trace, undefined);
});

void test('a program that may listen is offered, one that openBrowser names is opened', () => {
  const serves = (written: object) => resolveLaunch({ program: 'app', ...written }, defaults).serves;
  assert.equal(serves({}), undefined);
  assert.equal(serves({ openBrowser: false }), undefined);
  assert.deepEqual(serves({ listen: ['8080'] }), { open: false });
  assert.deepEqual(serves({ openBrowser: true }), { open: true });
  assert.deepEqual(serves({ openBrowser: { pattern: 'at (\\d+)', url: 'https://localhost:%s/a' } }), { open: true, pattern: 'at (\\d+)', url: 'https://localhost:%s/a' });
});

void test('the page of a program that serves', () => {
  const page = (told: ReadyTold, wish = {}) => servedBy(told, wish)?.url;
  assert.equal(page({ listening: '127.0.0.1:8080' }), 'http://127.0.0.1:8080/');
  assert.equal(page({ listening: '0.0.0.0:81' }), 'http://localhost:81/');
  assert.equal(page({ listening: '[::]:81' }), 'http://localhost:81/');
  assert.equal(page({ listening: '[::1]:81' }, { url: 'https://localhost:%s/x' }), 'https://localhost:81/x');
  assert.equal(page({ listening: '127.0.0.1:8080' }, { pattern: 'x' }), undefined);
  assert.equal(page({ matched: ['ready at 3000', '3000'] }), 'http://localhost:3000/');
  assert.equal(page({ matched: ['on https://a.example/', 'https://a.example/'] }), 'https://a.example/');
  assert.equal(page({ matched: ['0.0.0.0:99'] }), 'http://localhost:99/');
  // What the program prints is no pattern of a replacement.
  assert.equal(page({ matched: ['x', '$&'] }, { url: 'http://h/%s' }), 'http://h/$&');
});

void test('lines of a file that grows are told whole', () => {
  const lines = new ToldLines();
  assert.deepEqual(lines.take('{"listening":"a:1"}\n{"mat'), [{ listening: 'a:1' }]);
  assert.deepEqual(lines.take('ched":["b"]}\nnonsense\n'), [{ matched: ['b'] }]);
});

void test('what is wrong in a configuration is named', () => {
  const wrong: readonly [string, unknown][] = [
    ['program', 3], ['program', ''], ['args', '-n 3'], ['args', [1]], ['env', { A: 1 }], ['env', []], ['preopens', ['']], ['preopens', [{ guest: '/' }]], ['cwd', 1],
    ['profile', 'fast'], ['limits', { memory: 'much' }], ['limits', { time: 0 }], ['limits', { speed: 1 }], ['limits', { openFiles: 0.5 }], ['console', 'aquarium'], ['stdin', true],
    ['listen', '8080'], ['connect', [1]], ['trace', 3], ['trace', ''], ['openBrowser', 'yes'], ['openBrowser', { pattern: '(' }], ['openBrowser', { port: 80 }], ['openBrowser', { url: 1 }],
  ];
  for (const [property, value] of wrong) {
    assert.throws(() => resolveLaunch({ program: 'app', [property]: value }, defaults), error => isUserError(error) && error.code === 'usage' && error.message.includes(property), `${property}: ${JSON.stringify(value)}`);
  }
  assert.throws(() => resolveLaunch({}, defaults), /program/);
  assert.throws(() => resolveLaunch({ program: 'app', preopens: ['a::b::c'] }, defaults), error => isUserError(error) && error.code === 'usage' && error.message.includes('a::b::c'));
});

void test("a project's program sees its workspace folder, a lone module nothing, and settings win", () => {
  assert.deepEqual(defaultPreopens([], '/ws'), [{ host: '/ws', guest: '/' }]);
  assert.deepEqual(defaultPreopens([], undefined), []);
  assert.deepEqual(defaultPreopens(['x'], '/ws'), ['x']);
});

void test('a task names its project as tasks.json can be shared', () => {
  assert.equal(projectProperty('/ws', '/ws', posix), '.');
  assert.equal(projectProperty('/ws', '/ws/a/b.wat', posix), 'a/b.wat');
  assert.equal(projectProperty('/ws', '/other/a', posix), '/other/a');
  assert.equal(projectProperty('C:\\ws', 'C:\\ws\\a\\b', win32), 'a/b');
  assert.equal(projectProperty('C:\\ws', 'D:\\a', win32), 'D:\\a');
});

void test("a task's definition is checked before it is built", () => {
  assert.deepEqual(readTaskDefinition({ type: 'wasi', project: '.', profile: 'smallest', args: ['-DX'] }), { type: 'wasi', project: '.', profile: 'smallest', args: ['-DX'] });
  for (const wrong of [{}, { project: '' }, { project: '.', profile: 'fast' }, { project: '.', args: 'x' }, { project: '.', target: 1 }]) {
    assert.throws(() => readTaskDefinition(wrong), error => isUserError(error) && error.code === 'usage');
  }
  assert.equal(taskName('hello', {}), 'Build hello');
  assert.equal(taskName('hello', { target: 'tool', profile: 'release' }), 'Build hello tool (release)');
});

void test('what the settings say of tools reaches our command line', () => {
  const paths = { wasiSdk: '/opt/wasi-sdk', node: '/opt/node', clang: undefined };
  assert.deepEqual(toolPaths(toolEnvironment(paths)), { wasiSdk: '/opt/wasi-sdk', node: '/opt/node' });
});
