import * as vscode from 'vscode';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { composeOf, dockerfileOf, type Recipe } from '../../image/dockerfile';
import type { App } from '../app';
import { imageName } from './choices';
import { lastChoices } from './packageImage';
import { packableOf, type Packable } from './subject';

/** Writes the Dockerfile that makes a project's image, as it was packed last, and opens it. Gives its path. */
export async function generateDockerfile(app: App, given: unknown): Promise<string | undefined> {
  const what = await packableOf(app, given);
  if (what === undefined) return undefined;
  return write(join(what.folder, 'Dockerfile'), dockerfileOf(await recipeOf(app, what), what.folder));
}

/** Writes the Compose file that builds and runs a project's image, with a Dockerfile where there is none, and opens it. Gives its path. */
export async function generateCompose(app: App, given: unknown): Promise<string | undefined> {
  const what = await packableOf(app, given);
  if (what === undefined) return undefined;
  const recipe = await recipeOf(app, what);
  const dockerfile = join(what.folder, 'Dockerfile');
  if (!existsSync(dockerfile)) await write(dockerfile, dockerfileOf(recipe, what.folder));
  const shim = vscode.workspace.getConfiguration('wasmWorkbench', vscode.Uri.file(what.folder)).get<string>('docker.runtime', '');
  return write(join(what.folder, 'compose.yaml'), composeOf(recipe, { service: what.name, ...(shim === '' ? {} : { shim }) }));
}

async function recipeOf(app: App, what: Packable): Promise<Recipe> {
  const { name, additions = [], args = [], expose = [] } = lastChoices(app, what.id);
  return {
    name: name ?? imageName(what.name), module: await what.module(), additions, args, expose, env: {}, labels: {}, platform: { os: 'wasi', architecture: 'wasm' },
  };
}

/** Writes a file and shows it; one that is there is replaced only where the user says so. */
async function write(path: string, text: string): Promise<string | undefined> {
  if (existsSync(path)) {
    const overwrite = l10n.t('Overwrite');
    if (await vscode.window.showWarningMessage(l10n.t('{0} is there already.', basename(path)), overwrite) !== overwrite) return undefined;
  }
  await writeFile(path, text);
  await vscode.window.showTextDocument(vscode.Uri.file(path));
  return path;
}
