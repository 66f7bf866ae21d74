import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { profiles, type Profile } from '../build/project';
import { UserError } from '../base/error';

/** A task of type `wasi`, as tasks.json writes it. */
export interface WasiTaskDefinition {
  readonly type: 'wasi';
  /** A folder or a source file, absolute or relative to the workspace folder. */
  readonly project: string;
  readonly target?: string;
  readonly profile?: Profile;
  readonly args?: readonly string[];
}

/** Checks what a user wrote. Throws a UserError ('usage') that names the property. */
export function readTaskDefinition(written: Readonly<Record<string, unknown>>): WasiTaskDefinition {
  const { project, target, profile, args } = written;
  const wrong = (property: string, why: string): UserError => new UserError('usage', l10n.t('The property {0} of a wasi task {1}. Correct it in tasks.json.', property, why));
  if (typeof project !== 'string' || project === '') throw wrong('project', l10n.t('must name a folder or a source file'));
  if (target !== undefined && typeof target !== 'string') throw wrong('target', l10n.t('must be a name'));
  if (profile !== undefined && !profiles.some(known => known === profile)) throw wrong('profile', l10n.t('must be one of {0}', profiles.join(', ')));
  if (args !== undefined && !(Array.isArray(args) && args.every(arg => typeof arg === 'string'))) throw wrong('args', l10n.t('must be a list of strings'));
  return {
    type: 'wasi', project,
    ...(target === undefined ? {} : { target }),
    ...(profile === undefined ? {} : { profile: profile as Profile }),
    ...(args === undefined ? {} : { args: args }),
  };
}

/** A project's place as a task names it: relative to the workspace folder, with slashes on every system, so that tasks.json can be shared. */
export function projectProperty(root: string, place: string, flavour: path.PlatformPath = path): string {
  const inside = flavour.relative(root, place);
  if (inside === '') return '.';
  return inside.startsWith('..') || flavour.isAbsolute(inside) ? place : inside.split(flavour.sep).join('/');
}

/** The task's name in lists: `Build hello`, `Build hello tool (release)`. */
export function taskName(project: string, definition: Pick<WasiTaskDefinition, 'target' | 'profile'>): string {
  const what = definition.target === undefined || definition.target === project ? project : `${project} ${definition.target}`;
  return definition.profile === undefined ? l10n.t('Build {0}', what) : l10n.t('Build {0} ({1})', what, definition.profile);
}
