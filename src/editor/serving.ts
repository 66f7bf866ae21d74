import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { growingFile } from './growingFile';
import type { ResolvedLaunch } from './launch';
import type { Started } from './runSession';
import { servedBy, ToldLines, type Served } from './servingUrl';

/** Starts a program, and opens a browser (or offers one) once it serves. `start` is given what its environment needs for that. */
export async function serving(wish: NonNullable<ResolvedLaunch['serves']>, name: string, start: (env: Record<string, string>) => Promise<Started>): Promise<Started> {
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
  try {
    const started = await start({ WASM_WORKBENCH_READY: JSON.stringify({ file: file.path, ...(wish.pattern === undefined ? {} : { pattern: wish.pattern }) }) });
    return { ...started, exit: started.exit.finally(() => file.end()) };
  } catch (error) {
    await file.end();
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
