import * as assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { suite, test } from 'mocha';
import { tmpdir } from 'node:os';
import * as vscode from 'vscode';
import { inside, next } from '../support';

const command = (id: string, ...args: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(`wasmWorkbench.${id}`, ...args);
const source = (): vscode.Uri => vscode.Uri.file(inside('count.c'));
const image = (): string => inside('count.tar');
const choices = (destination: object): object => ({ name: 'count:1', additions: [{ host: inside('data'), guest: '/data' }], args: ['/data/poem.txt'], destination });

/** The exit code of the image's run that `start` begins. */
async function exitOf(start: () => Thenable<unknown>): Promise<number | undefined> {
  const ended = next(vscode.tasks.onDidEndTaskProcess, event => event.execution.task.definition.type === 'wasi-run');
  await start();
  return (await ended).exitCode;
}

suite('packaging', () => {
  test('a C program becomes an image file, the same one each time, and an OCI layout folder', async () => {
    const digest = await command('packageImage', source(), choices({ kind: 'file', path: image() }));
    assert.match(String(digest), /^sha256:[0-9a-f]{64}$/);
    assert.ok(statSync(image()).size > 10_000);
    const first = readFileSync(image());
    assert.equal(await command('packageImage', source(), choices({ kind: 'file', path: image() })), digest);
    assert.ok(readFileSync(image()).equals(first));
    assert.equal(await command('packageImage', source(), choices({ kind: 'folder', path: inside('layout') })), digest);
    assert.deepEqual(readdirSync(inside('layout')).sort(), ['blobs', 'index.json', 'oci-layout']);
  });

  test('it runs in a terminal with the arguments of the image or of the user, and again, and leaves nothing', async () => {
    assert.equal(await exitOf(() => command('runImage', vscode.Uri.file(image()))), 4);
    assert.equal(await exitOf(() => command('runImage', inside('layout'), ['/nothing'])), 99);
    assert.equal(await exitOf(() => command('runAgain')), 99);
    // A row of the Images view.
    assert.equal(await exitOf(() => command('runImage', { kind: 'image', id: 'x', source: { kind: 'file', path: image() } })), 4);
    assert.deepEqual(readdirSync(tmpdir()).filter(name => /^wasm-workbench-(pack|image|module)-/.test(name) && name.includes(`-${String(process.pid)}-`)), []);
  });

  test('its Dockerfile and Compose file say what was packed, and the Dockerfile is a task', async () => {
    const dockerfile = await command('generateDockerfile', source());
    assert.equal(dockerfile, inside('Dockerfile'));
    const text = readFileSync(inside('Dockerfile'), 'utf8');
    assert.match(text, /^# docker buildx build --platform wasi\/wasm --provenance=false --tag count:1 \.\nFROM scratch\nCOPY \S*count\S*\.wasm \/\S+\.wasm\nCOPY data \/data\nENTRYPOINT \["\/\S+\.wasm"\]\nCMD \["\/data\/poem\.txt"\]\n$/);
    const copied = /^COPY (\S+\.wasm)/m.exec(text)?.[1] ?? '';
    assert.ok(existsSync(inside(copied)), copied);
    assert.equal(vscode.window.activeTextEditor?.document.fileName, inside('Dockerfile'));
    assert.equal(await command('generateCompose', source()), inside('compose.yaml'));
    assert.match(readFileSync(inside('compose.yaml'), 'utf8'), /platform: wasi\/wasm\n {4}runtime: io\.containerd\.wasmedge\.v1\n/);
    const tasks = await vscode.tasks.fetchTasks({ type: 'wasi-image' });
    const execution = tasks[0]?.execution;
    assert.ok(execution instanceof vscode.ProcessExecution, tasks.map(task => task.name).join());
    assert.deepEqual(execution.args.slice(0, 5), ['buildx', 'build', '--platform', 'wasi/wasm', '--provenance=false']);
  });

  test('what can not be written is said, and leaves nothing', async () => {
    assert.equal(await command('packageImage', source(), choices({ kind: 'folder', path: inside('layout') })), undefined);
    assert.deepEqual(readdirSync(inside('layout')).sort(), ['blobs', 'index.json', 'oci-layout']);
    assert.equal(await command('packageImage', source(), choices({ kind: 'file', path: inside('count.c', 'x.tar') })), undefined);
    rmSync(inside('layout'), { recursive: true });
  });
});
