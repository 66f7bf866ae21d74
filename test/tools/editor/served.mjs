// VS Code served by code-server and opened in headless Chromium: the real workbench and the real extension host, where the desktop
// editor can't be had, and where a script wants to click and look.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import { cleanEnv, end, start, which } from '../processes.mjs';
import { codeServer } from './install.mjs';
import { quiet } from './settings.mjs';

/** Chromium or Chrome on this machine: CHROMIUM names one, else PATH and the usual places. */
export function chromium() {
  const found = process.env.CHROMIUM ?? which('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome');
  if (found === undefined) throw new Error('Chromium was not found: install it (Debian: chromium), or name a Chrome with the environment variable CHROMIUM.');
  return found;
}

/**
 * A code-server of its own with fresh user data. `extensions` are .vsix files to install; `trust: false` leaves folders untrusted.
 * Gives its address and `close()`, which ends it whole and removes its data.
 */
export async function serve({ port = 0, trust = true, settings = {}, extensions = [], env = {}, data, say } = {}) {
  const { node, entry } = await codeServer(say);
  const own = data === undefined;
  const home = own ? mkdtempSync(join(tmpdir(), 'wasm-workbench-editor-')) : data;
  const discard = () => { if (own) rmSync(home, { recursive: true, force: true, maxRetries: 5 }); };
  process.on('exit', discard);
  const userData = join(home, 'data');
  mkdirSync(join(userData, 'User'), { recursive: true });
  mkdirSync(join(home, 'extensions'), { recursive: true });
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify({ ...quiet, ...settings }, undefined, 2));
  writeFileSync(join(home, 'config.yaml'), '');
  const folders = ['--config', join(home, 'config.yaml'), '--user-data-dir', userData, '--extensions-dir', join(home, 'extensions')];
  const options = { cwd: home, env: cleanEnv({ EXTENSIONS_GALLERY: '{}', PASSWORD: undefined, CI: process.env.CI, ...env }), stdio: ['ignore', 'pipe', 'pipe'] };
  for (const vsix of extensions) {
    const child = start(node, [entry, ...folders, '--install-extension', resolve(vsix)], options);
    const text = await output(child);
    if (child.exitCode !== 0) throw new Error(`code-server could not install ${vsix}:\n${text}`);
  }
  const args = [entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, ...folders, '--disable-telemetry', '--disable-update-check',
    '--ignore-last-opened', '--disable-getting-started-override', ...(trust ? ['--disable-workspace-trust'] : [])];
  const server = start(node, args, options);
  let text = '';
  const url = await new Promise((done, fail) => {
    const read = chunk => {
      text = (text + chunk).slice(-100_000);
      const match = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(text);
      if (match) done(match[1]);
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('error', fail);
    server.once('exit', code => fail(new Error(`code-server ended with ${code}:\n${text}`)));
  });
  return {
    url, userData, server,
    log: () => text,
    async close() {
      await end(server);
      discard();
      process.off('exit', discard);
    },
  };
}

function output(child) {
  return new Promise((done, fail) => {
    let text = '';
    child.stdout.on('data', chunk => { text += chunk; });
    child.stderr.on('data', chunk => { text += chunk; });
    child.once('error', fail);
    child.once('close', () => done(text));
  });
}

/** The address of the workbench with a folder, a .code-workspace file or nothing open, and `file` shown. */
export function workbenchUrl(base, open, file) {
  const url = new URL(base);
  if (open === undefined) url.searchParams.set('ew', 'true');
  else url.searchParams.set(open.endsWith('.code-workspace') ? 'workspace' : 'folder', resolve(open));
  const payload = [['skipWelcome', 'true'], ['skipReleaseNotes', 'true']];
  if (file !== undefined) payload.push(['openFile', `vscode-remote://${url.host}${encodeURI(slashed(file))}`]);
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/**
 * Opens the editor in a headless browser. Options: those of `serve`, and `open` (a folder, a .code-workspace file or undefined),
 * `development` (folders of extensions under development), `tests` (a module whose run() the extension host calls), `log(type, line)`
 * for what that host prints, `size`. Gives the playwright `page`, `ended` (the exit code of `tests`) and `close()`.
 */
export async function openEditor({ open, development = [], tests, log = () => {}, size = { width: 1280, height: 800 }, ...options } = {}) {
  const executablePath = chromium();
  const { chromium: engine } = await import('playwright-core');
  const server = await serve(options);
  let browser;
  const close = async () => {
    await browser?.close().catch(() => {});
    await server.close();
  };
  try {
    browser = await engine.launch({
      executablePath,
      headless: true,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
    });
    const page = await browser.newPage({ viewport: size, permissions: ['clipboard-read', 'clipboard-write'] });
    let finish;
    const ended = new Promise((done, fail) => {
      finish = done;
      page.once('crash', () => fail(new Error('The browser\'s page crashed.')));
      server.server.once('exit', code => fail(new Error(`code-server ended with ${code}:\n${server.log()}`)));
    });
    ended.catch(() => {});
    await page.exposeFunction('codeAutomationLog', (type, args) => log(type, format(...args)));
    await page.exposeFunction('codeAutomationExit', code => finish(code));
    if (development.length > 0 || tests !== undefined) {
      await page.addInitScript(patchDevelopmentOptions, { extensions: development.map(slashed), tests: tests === undefined ? undefined : slashed(tests) });
    }
    const response = await page.goto(workbenchUrl(server.url, open));
    if (!response?.ok()) throw new Error(`code-server answered ${response?.status()} ${await response?.text()}`);
    await page.waitForSelector('.monaco-workbench', { timeout: 120_000 });
    return { page, url: page.url(), ended, userData: server.userData, log: server.log, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function slashed(path) {
  const absolute = resolve(path).replaceAll('\\', '/');
  return absolute.startsWith('/') ? absolute : '/' + absolute;
}

// A built workbench ignores the payload's extensionDevelopmentPath, so the page's own configuration is changed before it is read.
// Answering the document's request ourselves would make Chromium refuse the workbench's WebSocket.
function patchDevelopmentOptions({ extensions, tests }) {
  const uri = path => ({ scheme: 'vscode-remote', authority: location.host, path });
  const observer = new MutationObserver(() => {
    const meta = document.getElementById('vscode-workbench-web-configuration');
    if (meta === null) return;
    observer.disconnect();
    const settings = JSON.parse(meta.getAttribute('data-settings'));
    settings.developmentOptions = {
      ...settings.developmentOptions,
      extensions: extensions.map(uri),
      ...(tests === undefined ? {} : { extensionTestsPath: uri(tests) }),
    };
    meta.setAttribute('data-settings', JSON.stringify(settings));
  });
  observer.observe(document, { childList: true, subtree: true });
}

