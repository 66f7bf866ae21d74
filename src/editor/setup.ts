import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import type { Found } from '../base/find';
import type { Remedy } from '../base/error';
import { makeContext, toolchains } from '../build/index';
import { runtimes } from '../run/runtimes/index';
import type { App } from './app';
import type { Handlers } from './commands';
import { follow } from './errorMessages';
import { requireTrust } from './errors';
import { settingsOf } from './settings';

interface SetupItem extends vscode.QuickPickItem {
  readonly remedies?: readonly Remedy[];
  readonly path?: string;
}

/** Says for every toolchain and runtime where it is, or how to get it; choosing a line does that. */
export async function checkSetup(app: App): Promise<void> {
  const items = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: l10n.t('Looking for compilers and runtimes') },
    async () => [
      ...await compilerItems(app),
      { label: l10n.t('Runtimes'), kind: vscode.QuickPickItemKind.Separator },
      ...await runtimeItems(app),
    ],
  );
  const picked = await vscode.window.showQuickPick<SetupItem>(items, { title: l10n.t('What is there, and what is missing'), placeHolder: l10n.t('Choose a line that is missing to get it'), matchOnDescription: true, matchOnDetail: true });
  if (picked?.path !== undefined) {
    await vscode.env.clipboard.writeText(picked.path);
    vscode.window.setStatusBarMessage(l10n.t('Copied {0}.', picked.path), 5000);
    return;
  }
  const remedies = picked?.remedies ?? [];
  const remedy = remedies.length < 2 ? remedies[0] : (await vscode.window.showQuickPick(remedies.map(one => ({ label: one.label, remedy: one })), { title: picked?.label ?? '' }))?.remedy;
  if (remedy !== undefined) await follow(remedy);
}

async function compilerItems(app: App): Promise<SetupItem[]> {
  const abort = new AbortController();
  const settings = settingsOf(firstFolder());
  const context = makeContext({ cli: app.cli, signal: abort.signal, log: app.log, paths: settings.paths, embedded: settings.embedded, environment: app.environment });
  const reports = await Promise.all(toolchains.map(async toolchain => ({ toolchain, tools: await toolchain.tools(context) })));
  const shown = new Set<string>();
  return reports.flatMap(({ toolchain, tools }) => {
    // C, C++, make and CMake look for the same clang: it is told once.
    const fresh = tools.filter(report => !shown.has(JSON.stringify([report.tool, report.found])));
    for (const report of fresh) shown.add(JSON.stringify([report.tool, report.found]));
    if (fresh.length === 0) return [];
    return [
      { label: toolchain.title, kind: vscode.QuickPickItemKind.Separator },
      ...fresh.map(report => itemOf(report.tool, report.found, report.note, report.remedies ?? ('path' in report.found ? [] : toolchain.install))),
    ];
  });
}

async function runtimeItems(app: App): Promise<SetupItem[]> {
  const context = { paths: settingsOf(firstFolder()).paths, log: app.log };
  const { signal } = new AbortController();
  return Promise.all(runtimes.map(async runtime => {
    const found = await runtime.find(context, signal);
    return itemOf(runtime.title, found, undefined, 'path' in found ? [] : runtime.install);
  }));
}

function itemOf(name: string, found: Found, note: string | undefined, remedies: readonly Remedy[]): SetupItem {
  if ('path' in found) {
    const description = [found.version, note].filter(part => part !== undefined && part !== '').join(' · ');
    // What is there with something to do about it lacks a part: Rust without its library for WASI.
    return remedies.length > 0 ? { label: `$(warning) ${name}`, description, detail: found.path, remedies } : { label: `$(pass) ${name}`, description, detail: found.path, path: found.path };
  }
  const places = found.tried.slice(0, 4).join(', ') + (found.tried.length > 4 ? l10n.t(' and {0} more', found.tried.length - 4) : '');
  return { label: `$(circle-slash) ${name}`, description: note ?? l10n.t('missing'), ...(places === '' ? {} : { detail: l10n.t('Looked at: {0}', places) }), remedies };
}

/** Lets the user choose what runs modules; kept in the workspace's settings, where there is a workspace. */
export async function selectRuntime(app: App): Promise<void> {
  requireTrust();
  const folder = firstFolder();
  const now = settingsOf(folder).runtime;
  const { signal } = new AbortController();
  const context = { paths: settingsOf(folder).paths, log: app.log };
  const found = await Promise.all(runtimes.map(async runtime => ({ runtime, found: await runtime.find(context, signal) })));
  const items = [
    { label: 'auto', description: l10n.t('The first that can run the module') },
    ...found.map(one => ({
      label: one.runtime.id,
      description: one.runtime.title + ('path' in one.found ? (one.found.version === undefined ? '' : ` ${one.found.version}`) : l10n.t(' (missing)')),
      ...('path' in one.found ? { detail: one.found.path } : {}),
    })),
  ].map(item => ({ ...item, ...(item.label === now ? { iconPath: new vscode.ThemeIcon('check') } : {}) }));
  const picked = await vscode.window.showQuickPick(items, { title: l10n.t('What shall run modules?'), matchOnDescription: true });
  if (picked === undefined) return;
  const scope = folder === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await vscode.workspace.getConfiguration('wasmWorkbench').update('runtime', picked.label, scope);
}

function firstFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.find(folder => folder.uri.scheme === 'file')?.uri.fsPath;
}

/** Commands that look at what is installed. */
export const handlers: Handlers<'setup'> = { selectRuntime, checkSetup, installCompiler: async app => (await app.compiler.get()).install() };
