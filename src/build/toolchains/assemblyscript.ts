import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Command } from '../../base/command';
import { UserError, type Remedy } from '../../base/error';
import { findProgram } from '../../base/find';
import { ascParser } from '../diagnostics/asc';
import { isSkipped, readEntries } from '../entries';
import { profileFolder } from '../folders';
import { profiles, type BuildContext, type BuildOptions, type BuildPlan, type Profile, type Project, type Toolchain } from '../project';

const install: readonly Remedy[] = [
  { label: l10n.t('Install AssemblyScript in the project'), action: { kind: 'terminal', line: 'npm install --save-dev assemblyscript @assemblyscript/wasi-shim' } },
];

/** For a project whose configuration says nothing of a profile. */
const profileArgs: Readonly<Record<Profile, readonly string[]>> = {
  debug: ['--debug', '--sourceMap'],
  release: ['--optimize', '--noAssert'],
  smallest: ['-Oz', '--noAssert', '--converge'],
};
const shim = path.join('node_modules', '@assemblyscript', 'wasi-shim', 'asconfig.json');

/** AssemblyScript, by the project's own compiler. */
export const assemblyScript: Toolchain = {
  id: 'assemblyscript',
  title: 'AssemblyScript',
  family: 'assemblyscript',
  extensions: ['.ts'],
  install,
  marker: entries => (entries.files.has('asconfig.json') ? 'asconfig.json' : entries.folders.has('assembly') ? 'assembly' : undefined),
  async detect(entries, marker) {
    const { folder } = entries;
    const config = await readConfig(folder);
    const entry = config?.entries[0] ?? 'assembly/index.ts';
    // A folder called assembly is often about something else.
    if (!existsSync(path.join(folder, entry))) return { projects: [] };
    const name = await packageName(folder);
    return { projects: [{ toolchain: 'assemblyscript', folder, name, marker: marker === 'assembly' ? entry : marker, targets: [{ name }] }], owns: [folder] };
  },
  plan,
  async clean(project) {
    const config = await readConfig(project.folder);
    const remove = profiles.flatMap(profile => {
      const file = moduleFile(project, profile, config);
      return [file, `${file}.map`];
    });
    return { remove: remove.filter(file => !path.relative(project.folder, file).startsWith('..')), commands: [] };
  },
  tools(context) {
    const found = ascProgram(process.cwd(), context);
    return Promise.resolve([{ tool: 'asc', found: 'tried' in found ? found : { path: found.path }, note: l10n.t('looked for in each project\'s node_modules first'), remedies: install }]);
  },
};

interface Config {
  readonly entries: readonly string[];
  readonly outFile?: string;
  readonly targets: Readonly<Record<string, { readonly outFile?: string }>>;
}

async function readConfig(folder: string): Promise<Config | undefined> {
  const text = await readFile(path.join(folder, 'asconfig.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  type Options = { readonly outFile?: unknown } | undefined;
  let value: { entries?: unknown; options?: Options; targets?: Record<string, Options> };
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    // asc says what is wrong with it.
    return { entries: [], targets: {} };
  }
  const out = (options: Options): { outFile?: string } => (typeof options?.outFile === 'string' ? { outFile: options.outFile } : {});
  return {
    entries: Array.isArray(value.entries) ? value.entries.filter((entry): entry is string => typeof entry === 'string') : [],
    ...out(value.options),
    targets: Object.fromEntries(Object.entries(value.targets ?? {}).map(([name, options]) => [name, out(options)])),
  };
}

async function packageName(folder: string): Promise<string> {
  try {
    const value = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    if (typeof value.name === 'string' && value.name !== '') return value.name.replace(/^@[^/]+\//, '');
  } catch {
    // Without a manifest the folder's name serves.
  }
  return path.basename(folder);
}

/** Where the configuration puts a profile's module, else our own folder. */
function moduleFile(project: Project, profile: Profile, config: Config | undefined): string {
  const target = targetOf(profile, config);
  const own = (target === undefined ? undefined : config?.targets[target]?.outFile) ?? config?.outFile;
  return own === undefined ? path.join(profileFolder(project.folder, profile), `${project.name}.wasm`) : path.resolve(project.folder, own);
}

/** The configuration's name for a profile. */
function targetOf(profile: Profile, config: Config | undefined): string | undefined {
  return [profile, ...(profile === 'smallest' ? ['release'] : [])].find(name => config?.targets[name] !== undefined);
}

/** The compiler: the settings', the nearest node_modules' upwards (workspaces hoist), PATH's. A script of npm's is run by a Node. */
function ascProgram(folder: string, context: BuildContext): { path: string; script: boolean } | { tried: readonly string[] } {
  const { machine, paths } = context;
  if (paths.asc !== undefined && paths.asc !== '') return { path: paths.asc, script: /\.[cm]?js$/.test(paths.asc) };
  const tried: string[] = [];
  for (let at = folder; ; at = path.dirname(at)) {
    const script = path.join(at, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
    if (existsSync(script)) return { path: script, script: true };
    tried.push(script);
    if (path.dirname(at) === at) break;
  }
  const onPath = findProgram(['asc'], [], machine);
  return 'path' in onPath ? { path: onPath.path, script: false } : { tried: [...tried, ...onPath.tried] };
}

async function plan(project: Project, options: BuildOptions, context: BuildContext): Promise<BuildPlan> {
  const { folder } = project;
  const asc = ascProgram(folder, context);
  if ('tried' in asc) throw await compilerMissing(folder, asc.tried);
  const config = await readConfig(folder);
  const target = targetOf(options.profile, config);
  const module = moduleFile(project, options.profile, config);
  const entries = (config?.entries.length ?? 0) > 0 ? [] : ['assembly/index.ts'];
  // Without an output file asc prints the module as text.
  const args = [...entries, ...(target === undefined ? profileArgs[options.profile] : ['--target', target]), '--outFile', path.relative(folder, module)];
  if (target !== undefined && target !== options.profile) args.push(...profileArgs[options.profile]);
  if (config === undefined && existsSync(path.join(folder, shim))) args.push('--config', shim.split(path.sep).join('/'));
  if (options.colors !== true) args.push('--noColors');
  args.push(...options.args ?? []);
  const command: Command = asc.script ? { ...context.node([asc.path, ...args], folder), shownAs: 'asc', shownArgs: args } : { tool: asc.path, args, cwd: folder };
  const subject = path.join(folder, entries[0] ?? config?.entries[0] ?? project.marker);
  return {
    steps: [{ command, inputs: await inputsOf(folder, asc.path), outputs: [module], stage: 0, subject }],
    modules: () => [{ target: project.targets[0]?.name ?? project.name, path: module }],
    diagnostics: (step, report) => ascParser({ cwd: folder, subject: step.subject }, report),
    compiler: `asc (${asc.path})`,
  };
}

/** A project that names its compiler needs only npm's install; another has to be given one. */
async function compilerMissing(folder: string, tried: readonly string[]): Promise<UserError> {
  const named = /"assemblyscript"\s*:/.test(await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => ''));
  const remedy = named ? { label: l10n.t('Install what the project names'), action: { kind: 'terminal', line: 'npm install' } } as const : undefined;
  const near = tried.filter(place => place.startsWith(folder));
  const places = near.length === tried.length ? near.join(', ') : l10n.t('{0} and {1} more places', near.join(', '), tried.length - near.length);
  const message = l10n.t('This project is built by asc, the AssemblyScript compiler, which is not installed in {0}. Looked at: {1}.', folder, places);
  return new UserError('tool-missing', message, remedy === undefined ? install : [remedy]);
}

/** What asc may read: it writes no dependency file, so every source counts, and what says which libraries there are. */
async function inputsOf(folder: string, asc: string): Promise<readonly string[]> {
  const inputs = ['asconfig.json', 'package.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', shim].map(file => path.join(folder, file)).filter(file => existsSync(file));
  const visit = async (at: string): Promise<void> => {
    const entries = await readEntries(at);
    for (const file of entries?.files ?? []) if (file.endsWith('.ts')) inputs.push(path.join(at, file));
    for (const name of entries?.folders ?? []) if (!isSkipped(name)) await visit(path.join(at, name));
  };
  await visit(folder);
  return [asc, ...inputs.sort()];
}
