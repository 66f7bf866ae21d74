import { once } from 'node:events';
import { join } from 'node:path';
import { start, startError } from '../base/exec';
import { portOf, type Port } from '../base/port';
import type { App } from './app';

/** Starts the language server as a process of the editor's own Node; it ends with the extension. */
export async function startWatProcess(app: App): Promise<void> {
  const { startWat } = await import('./watClient');
  await startWat(app.context, () => connect(app), app.log);
}

async function connect(app: App): Promise<Port> {
  const { extensionPath } = app.context;
  const command = { tool: process.execPath, args: ['--max-old-space-size=2048', join(extensionPath, 'dist', 'wat-server-main.js')], cwd: extensionPath, env: app.environment };
  const child = start(command, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  child.stderr?.on('data', (chunk: Uint8Array) => { app.log.error(Buffer.from(chunk).toString().trimEnd()); });
  await once(child, 'spawn').catch((error: unknown) => { throw startError(command, error); });
  return portOf(child);
}
