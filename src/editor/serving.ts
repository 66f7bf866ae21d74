import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ReadyWish } from '../run/ready';
import { growingFile } from './growingFile';
import type { ResolvedLaunch } from './launch';
import type { Started } from './runSession';
import { servedBy, ToldLines, type Served } from './servingUrl';

type Wish = NonNullable<ResolvedLaunch['serves']>;

/** Waits for a program to serve, and opens a browser then, or offers one; `ready` is what the program's host is told. */
export async function whenServing(wish: Wish, name: string): Promise<{ readonly ready: ReadyWish; end(): Promise<void> }> {
  const lines = new ToldLines();
  const told = new Set<string>();
  const file = await growingFile('ready', text => {
    for (const line of lines.take(text)) {
      const served = servedBy(line, wish);
      if (served === undefined || told.has(served.url) || (wish.open && told.size > 0)) continue;
      told.add(served.url);
      void show(served, name, wish.open);
    }
  });
  return { ready: { file: file.path, ...(wish.pattern === undefined ? {} : { pattern: wish.pattern }) }, end: () => file.end() };
}

/** Starts a program with the environment that makes its host tell when it serves. */
export async function serving(wish: Wish, name: string, start: (env: Record<string, string>) => Promise<Started>): Promise<Started> {
  const watch = await whenServing(wish, name);
  try {
    const started = await start({ WASM_WORKBENCH_READY: JSON.stringify(watch.ready) });
    return { ...started, exit: started.exit.finally(() => watch.end()) };
  } catch (error) {
    await watch.end();
    throw error;
  }
}

async function show({ url, shown }: Served, name: string, open: boolean): Promise<void> {
  const browse = l10n.t('Open in Browser');
  if (open || await vscode.window.showInformationMessage(l10n.t('{0} listens at {1}.', name, shown), browse) === browse) {
    // In a remote window the port is another on this side.
    await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(url, true)));
  }
}
