import * as path from 'node:path';
import { UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import { showPlatform, type Platform } from './oci';
import { portOf } from './pack';
import type { Addition } from './content';

// What Docker's own tools make the same image of: a Dockerfile, and a Compose file that runs it; and what such a file of others says.

/** An image as a Dockerfile tells it. */
export interface Recipe {
  /** The name that the image gets, where it is known. */
  readonly name?: string;
  /** Absolute path of the module; none when the base has it. */
  readonly module?: string;
  readonly modulePath?: string;
  readonly additions: readonly Addition[];
  readonly entrypoint?: readonly string[];
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly expose: readonly string[];
  readonly platform: Platform;
  /** An image's name. */
  readonly base?: string;
}

/** The runtime that Docker's documentation names for Wasm. */
export const defaultShim = 'io.containerd.wasmedge.v1';

/** The command that builds a Dockerfile for a platform. No provenance: it would make an index of the image, which some hosts can't start. */
export function buildArguments(wish: { readonly platform: string; readonly tag: string; readonly file?: string; readonly context: string }): string[] {
  return ['buildx', 'build', '--platform', wish.platform, '--provenance=false', '--tag', wish.tag, ...(wish.file === undefined ? [] : ['--file', wish.file]), wish.context];
}

/** The text of a Dockerfile in `folder`. Throws a UserError for what lies outside of that folder, which docker build does not see. */
export function dockerfileOf(recipe: Recipe, folder: string, flavour: path.PlatformPath = path): string {
  const copies = [
    ...(recipe.module === undefined ? [] : [{ host: recipe.module, guest: recipe.modulePath ?? '/' + flavour.basename(recipe.module) }]),
    ...recipe.additions,
  ].map(({ host, guest }) => `COPY ${words([inContext(host, folder, flavour), guest])}`);
  const entrypoint = recipe.entrypoint ?? (recipe.module === undefined ? undefined : [recipe.modulePath ?? '/' + flavour.basename(recipe.module)]);
  const build = buildArguments({ platform: showPlatform(recipe.platform), tag: recipe.name ?? 'IMAGE', context: '.' });
  return [
    `# docker ${build.join(' ')}`,
    `FROM ${recipe.base ?? 'scratch'}`,
    ...copies,
    ...Object.entries(recipe.env).map(([name, value]) => `ENV ${name}=${quoted(value, name)}`),
    ...Object.entries(recipe.labels).map(([name, value]) => `LABEL ${/^[\w./-]+$/.test(name) ? name : quoted(name, name)}=${quoted(value, name)}`),
    ...recipe.expose.map(port => `EXPOSE ${portOf(port)}`),
    ...(entrypoint === undefined ? [] : [`ENTRYPOINT ${list(entrypoint)}`]),
    ...(recipe.args === undefined || recipe.args.length === 0 ? [] : [`CMD ${list(recipe.args)}`]),
  ].join('\n') + '\n';
}

/** The text of a Compose file that builds and runs the image. `dockerfile` is its name, beside. */
export function composeOf(recipe: Recipe, wish: { readonly service: string; readonly shim?: string; readonly dockerfile?: string }): string {
  const platform = showPlatform(recipe.platform);
  const text = (value: string): string => (/^[\w][\w./-]*$/.test(value) ? value : JSON.stringify(value));
  const ports = recipe.expose.map(portOf).map(port => (port.endsWith('/tcp') ? port.slice(0, -4) : port));
  return [
    'services:',
    `  ${serviceName(wish.service)}:`,
    ...(recipe.name === undefined ? [] : [`    image: ${text(recipe.name)}`]),
    '    build:',
    '      context: .',
    ...(wish.dockerfile === undefined || wish.dockerfile === 'Dockerfile' ? [] : [`      dockerfile: ${text(wish.dockerfile)}`]),
    '      platforms:',
    `        - ${platform}`,
    '      provenance: false',
    `    platform: ${platform}`,
    `    runtime: ${text(wish.shim ?? defaultShim)}`,
    ...(ports.length === 0 ? [] : ['    ports:', ...ports.map(port => `      - ${JSON.stringify(`${port.replace(/\/.*/, '')}:${port}`)}`)]),
  ].join('\n') + '\n';
}

/** A service's name of any text: what Compose takes. */
export function serviceName(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '') || 'app';
}

/** Whether a Dockerfile makes a Wasm image: its last stage is FROM scratch and names a .wasm file. */
export function isWasmDockerfile(text: string): boolean {
  const lines = text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/).map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#'));
  const last = lines.findLastIndex(line => /^from\s/i.test(line));
  if (last < 0 || !/^from\s+(--platform=\S+\s+)?scratch(\s|$)/i.test(lines[last] ?? '')) return false;
  return lines.slice(last).some(line => /^(copy|add|entrypoint|cmd)\b.*\.wasm\b/i.test(line));
}

function inContext(host: string, folder: string, flavour: path.PlatformPath): string {
  const inside = flavour.relative(folder, host);
  if (inside.startsWith('..') || flavour.isAbsolute(inside)) {
    throw new UserError('usage', l10n.t('{0} lies outside of {1}, and docker build sees nothing outside of the Dockerfile\'s folder. Write the Dockerfile to a folder that holds both.', host, folder));
  }
  return inside === '' ? '.' : inside.split(flavour.sep).join('/');
}

function words(texts: readonly string[]): string {
  // The list form is for names with blanks; a name that begins with a bracket would be taken for one.
  return texts.every(text => /^[\w./@+-]+$/.test(text)) ? texts.join(' ') : JSON.stringify(texts);
}

function list(texts: readonly string[]): string {
  return `[${texts.map(text => JSON.stringify(text)).join(', ')}]`;
}

function quoted(value: string, name: string): string {
  if (/[\r\n]/.test(value)) throw new UserError('usage', l10n.t('The value of {0} has more than one line, which a Dockerfile can\'t say.', name));
  return `"${value.replaceAll(/["\\$]/g, '\\$&')}"`;
}
