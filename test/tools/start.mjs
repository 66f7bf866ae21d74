// `npm start`: opens VS Code with the extension on a sample workspace, from nothing but Node and npm. Takes the `code` on PATH, else one
// that @vscode/test-electron downloads, else npm's code-server on 127.0.0.1. `-- --serve` takes the last at once, `--port N` chooses its
// port, `--fresh` makes the sample anew.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from './cache.mjs';
import { cleanEnv, run, start, which } from './processes.mjs';
import { main, ready } from './ready.mjs';

const say = line => console.log(line);

await main(async () => {
  const { values } = parseArgs({ options: { serve: { type: 'boolean', default: false }, port: { type: 'string', default: '0' }, fresh: { type: 'boolean', default: false } } });
  await ready(say);
  const { root } = await import('./editor/stage.mjs');
  say('Bundling the extension ...');
  await run(process.execPath, [join(root, 'esbuild.mjs')], { quiet: true, env: cleanEnv() });
  const sample = await makeSample(root, values.fresh);
  const file = join(sample, 'src', 'main.c');
  if (!values.serve && (await onPath(root, sample, file) || await downloaded(root, sample, file))) return;
  await served(Number(values.port), sample, file);
});

/** The sample workspace, kept in the cache folder, so that what one tries there is still there the next time. */
async function makeSample(root, fresh) {
  const folder = join(cacheFolder(), 'sample', 'hello');
  if (fresh) rmSync(folder, { recursive: true, force: true });
  if (existsSync(join(folder, 'src', 'main.c'))) {
    say(`The sample workspace is ${folder}, as it was left (-- --fresh makes it anew).`);
  } else {
    rmSync(folder, { recursive: true, force: true });
    await run(process.execPath, [join(root, 'dist', 'cli.js'), 'new', 'c', folder], { quiet: true, env: cleanEnv() });
    say(`Made a sample workspace in ${folder}.`);
  }
  return folder;
}

const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const isRoot = () => process.platform === 'linux' && process.getuid?.() === 0;
const editorArgs = (root, sample, file) => [
  '--new-window', `--extensionDevelopmentPath=${root}`, sample, '--goto', file,
  ...(isRoot() ? ['--no-sandbox', `--user-data-dir=${join(cacheFolder(), 'vscode-data')}`] : []),
];

async function onPath(root, sample, file) {
  const code = which('code');
  // In a terminal of a remote window `code` only talks to that window, which can't take an extension under development.
  if (code === undefined || !hasDisplay() || process.env.VSCODE_IPC_HOOK_CLI) return false;
  say(`Opening ${code} with the extension.`);
  // A .cmd file starts only through a shell, which wants quotes where there are spaces.
  const windows = process.platform === 'win32';
  const args = editorArgs(root, sample, file);
  const child = windows ? spawn(`"${code}"`, args.map(arg => `"${arg}"`), { shell: true, stdio: 'inherit', env: cleanEnv() })
    : spawn(code, args, { stdio: 'inherit', env: cleanEnv() });
  const ended = await new Promise(done => {
    child.once('error', () => done(1));
    child.once('close', done);
  });
  if (ended === 0) say('Press F5 there to build and run the program.');
  else say(`${code} ended with ${ended}; trying another way.`);
  return ended === 0;
}

async function downloaded(root, sample, file) {
  if (!hasDisplay()) {
    say('There is no display for a desktop editor.');
    return false;
  }
  const { desktop } = await import('./editor/desktop.mjs');
  let program;
  try {
    say('Looking for a VS Code of our own (downloaded once, some 150 MB) ...');
    program = await desktop();
  } catch (error) {
    say(`VS Code can't be downloaded here (${error.message || error.code}).`);
    return false;
  }
  say(`Opening ${program} with the extension. Press F5 there to build and run the program; Ctrl+C here closes it.`);
  const child = start(program, [...editorArgs(root, sample, file), `--user-data-dir=${join(cacheFolder(), 'vscode-data')}`, `--extensions-dir=${join(cacheFolder(), 'vscode-extensions')}`],
    { stdio: 'ignore', env: cleanEnv() });
  const code = await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  process.exitCode = code ?? 1;
  return true;
}

async function served(port, sample, file) {
  const { serve, workbenchUrl } = await import('./editor/served.mjs');
  const { pack } = await import('./vsix.mjs');
  say('Serving the editor to your browser (code-server).');
  const { codeServer } = await import('./editor/install.mjs');
  await codeServer(say);
  const vsix = join(cacheFolder(), `wasm-workbench-${process.pid}.vsix`);
  let server;
  try {
    await pack(vsix);
    server = await serve({ port, extensions: [vsix], say });
  } finally {
    rmSync(vsix, { force: true });
  }
  say(`\n  ${workbenchUrl(server.url, sample, file)}\n\nOpen this address in a browser on this machine. F5 there builds and runs the program. Ctrl+C here ends it.`);
  await new Promise(done => server.server.once('exit', done));
  await server.close();
}
