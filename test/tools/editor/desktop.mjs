// Desktop VS Code, downloaded by @vscode/test-electron into the user's cache folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath } from '@vscode/test-electron';
import { cacheFolder } from '../cache.mjs';
import { cleanEnv, end, run, start, which } from '../processes.mjs';
import { quiet } from './settings.mjs';

/** The program of a VS Code (`stable` or a version), downloaded where needed. Throws where it can't be had, or no display can. */
export async function desktop(version = 'stable') {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY && which('Xvfb') === undefined) {
    throw new Error('there is no display, and no Xvfb to make one');
  }
  const silent = { report() {}, error() {} };
  return await downloadAndUnzipVSCode({ version, cachePath: join(cacheFolder(), 'vscode'), timeout: 30_000, reporter: silent });
}

/** Where Linux has no display, one of our own; `close()` ends it. */
async function display() {
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return { env: {}, close: async () => {} };
  const server = start('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const number = await new Promise((done, fail) => {
    server.stdout.once('data', chunk => done(String(chunk).trim()));
    server.once('error', fail);
    server.once('exit', code => fail(new Error(`Xvfb ended with ${code}`)));
  });
  return { env: { DISPLAY: `:${number}` }, close: () => end(server) };
}

/** Runs a tests module in the editor's extension host; gives its exit code. Options as those of `openEditor`. */
export async function runDesktop(program, { open, development = [], extensions = [], tests, log, trust = true, settings = {}, env = {}, timeoutMs }) {
  const home = mkdtempSync(join(tmpdir(), 'wasm-workbench-editor-'));
  const screen = await display();
  try {
    const userData = join(home, 'd');
    mkdirSync(join(userData, 'User'), { recursive: true });
    writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify({ ...quiet, ...settings }));
    const root = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const folders = [`--user-data-dir=${userData}`, `--extensions-dir=${join(home, 'e')}`];
    for (const vsix of extensions) {
      const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(program, { reuseMachineInstall: true });
      await run(cli, [...args, ...root, ...folders, '--install-extension', vsix], { quiet: true, shell: process.platform === 'win32', env: cleanEnv(screen.env) });
    }
    const child = start(program, [
      ...(open === undefined ? [] : [resolve(open)]), ...root,
      ...folders, '--disable-updates', '--skip-welcome', '--skip-release-notes',
      '--no-cached-data', '--disable-gpu', ...(trust ? ['--disable-workspace-trust'] : []),
      ...development.map(folder => `--extensionDevelopmentPath=${folder}`), `--extensionTestsPath=${tests}`,
    ], { env: cleanEnv({ ...screen.env, ...env }), stdio: ['ignore', 'pipe', 'pipe'] });
    const print = chunk => { for (const line of String(chunk).split('\n')) if (line.trim() !== '') log('log', line); };
    child.stdout.on('data', print);
    child.stderr.on('data', print);
    const timer = setTimeout(() => { void end(child); }, timeoutMs);
    return await new Promise((done, fail) => {
      child.once('error', fail);
      child.once('close', code => done(code ?? 1));
    }).finally(() => clearTimeout(timer));
  } finally {
    await screen.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
