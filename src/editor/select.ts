import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { profiles, type Profile } from '../build/project';
import { UserError } from '../base/error';
import type { App } from './app';
import { fullId } from './commandIds';
import { labelsOf, type KnownProject } from './projectChoice';

/** The error where a workspace holds no project. */
export function noProject(): UserError {
  if (vscode.workspace.workspaceFolders === undefined) {
    return new UserError('no-project', l10n.t('No folder is open, so there is no project. Open one, or make a new project from a sample.'), [
      { label: l10n.t('Open Folder'), action: { kind: 'command', command: 'vscode.openFolder' } },
      { label: l10n.t('New Project'), action: { kind: 'command', command: fullId('newProject') } },
    ]);
  }
  return new UserError('no-project', l10n.t('No project that builds to WebAssembly was found in this workspace.'), [
    { label: l10n.t('New Project'), action: { kind: 'command', command: fullId('newProject') } },
    { label: l10n.t('Check Setup'), action: { kind: 'command', command: fullId('checkSetup') } },
  ]);
}

/** The project to work on: the current one, else the one that the user picks. Undefined when the pick was dismissed. */
export async function chooseProject(app: App, always = false): Promise<KnownProject | undefined> {
  const known = await app.projects.list();
  if (known.length === 0) throw noProject();
  const current = app.projects.currentOf(known);
  if (current !== undefined && !always) return current;
  return pickProject(app, known, l10n.t('Which project?'));
}

/** Lets the user pick one of several projects, and remembers it. */
export async function pickProject(app: App, known: readonly KnownProject[], title: string): Promise<KnownProject | undefined> {
  if (known.length === 1) return known[0];
  const labels = labelsOf(known);
  const current = app.projects.currentOf(known);
  const items = known.map(one => ({ label: labels.get(one.id)?.label ?? one.id, description: labels.get(one.id)?.description ?? '', detail: one.project.marker, known: one, picked: one.id === current?.id }));
  items.sort((a, b) => Number(b.picked) - Number(a.picked));
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true });
  if (picked !== undefined) await app.projects.setCurrent(picked.known);
  return picked?.known;
}

/** What a profile means, for pickers. */
export function profileText(profile: Profile): string {
  switch (profile) {
    case 'debug': return l10n.t('not optimised, with debug information');
    case 'release': return l10n.t('optimised for speed');
    case 'smallest': return l10n.t('optimised for size');
  }
}

export async function selectProject(app: App): Promise<void> {
  await chooseProject(app, true);
}

export async function selectProfile(app: App): Promise<void> {
  const now = app.projects.profile((await app.projects.current())?.project.folder);
  const items = profiles.map(profile => ({ label: profile, description: profileText(profile), ...(profile === now ? { iconPath: new vscode.ThemeIcon('check') } : {}) }));
  const picked = await vscode.window.showQuickPick(items, { title: l10n.t('How shall projects be built?'), matchOnDescription: true });
  if (picked !== undefined) await app.projects.setProfile(picked.label);
}
