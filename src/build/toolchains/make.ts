import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Command } from '../../base/command';
import { UserError, type Remedy } from '../../base/error';
import { findProgram } from '../../base/find';
import { makeParser } from '../diagnostics/make';
import { buildFolderName } from '../folders';
import type { BuildContext, BuildOptions, BuildPlan, ModuleFile, PlannedFile, Profile, Project, Toolchain, ToolReport } from '../project';
import { compilerReports, findCompiler, type Compiler } from './clang';
import { launcher } from './launcher';
import { findPrograms } from './modules';

const install: readonly Remedy[] = [
  { label: l10n.t('On Debian and Ubuntu'), action: { kind: 'terminal', line: 'sudo apt install make' } },
  { label: l10n.t('On macOS'), action: { kind: 'terminal', line: 'xcode-select --install' } },
  { label: l10n.t('On Windows'), action: { kind: 'terminal', line: 'winget install ezwinports.make' } },
];

/** For what a Makefile leaves open; its own flags come later and win. */
const flags: Readonly<Record<Profile, string>> = { debug: '-O0 -g', release: '-O2', smallest: '-Oz' };

/** Makefiles that compile C or C++ by $(CC), $(CXX) and $(AR). */
export const make: Toolchain = {
  id: 'make',
  title: 'Makefile',
  family: 'c',
  extensions: ['.c', '.cc', '.cpp', '.cxx', '.c++', '.s'],
  install,
  // In make's own order.
  marker: entries => ['GNUmakefile', 'makefile', 'Makefile'].find(name => entries.files.has(name)),
  async detect(entries, marker) {
    // Other languages' projects keep their chores in a Makefile.
    if (['Cargo.toml', 'go.mod', 'package.json'].some(name => entries.files.has(name))) return { projects: [] };
    const text = await readFile(path.join(entries.folder, marker), 'utf8').catch(() => '');
    if (!compilesC(text)) return { projects: [] };
    return { projects: [{ toolchain: 'make', folder: entries.folder, name: path.basename(entries.folder), marker, targets: [] }], owns: [entries.folder] };
  },
  plan,
  async clean(project, context) {
    const text = await readFile(path.join(project.folder, project.marker), 'utf8').catch(() => '');
    const commands = /^clean\s*::?/m.test(text) ? [{ tool: findMake(context), args: ['clean'], cwd: project.folder }] : [];
    return { remove: [path.join(project.folder, buildFolderName)], commands };
  },
  async tools(context) {
    const report: ToolReport = { tool: 'make', found: makeProgram(context) };
    return [report, ...await compilerReports(context)];
  },
};

/** Whether a Makefile's text compiles C or C++: by a variable that names the compiler, by name, or by objects and implicit rules. */
export function compilesC(text: string): boolean {
  const rules = text.replace(/^#.*$/gm, '');
  return /\$[({](?:CC|CXX|COMPILE|LINK)\b|^\s*(?:CC|CXX)\s*[?:+]?=|\b(?:gcc|g\+\+|clang(?:\+\+)?|cc)\b[^\n]*\s-|\.(?:o|c|cc|cpp)\b/m.test(rules);
}

function makeProgram(context: BuildContext): ReturnType<typeof findProgram> {
  return findProgram(context.machine.platform === 'win32' ? ['make', 'mingw32-make', 'gmake'] : ['gmake', 'make'], [], context.machine);
}

function findMake(context: BuildContext): string {
  const found = makeProgram(context);
  if ('path' in found) return found.path;
  throw new UserError('tool-missing', l10n.t('This project is built by make, which was not found. Looked at: {0}.', found.tried.join(', ')), install);
}

/** What the last build was made with, and what it made: make itself doesn't know that its variables changed. */
interface Last {
  readonly key: string;
  readonly modules: readonly string[];
}

async function plan(project: Project, options: BuildOptions, context: BuildContext): Promise<BuildPlan> {
  const { folder } = project;
  const tool = findMake(context);
  const compiler = await findCompiler(context, 'c');
  const files: PlannedFile[] = [];
  const variables = makeVariables(folder, compiler, options.profile, context, files);
  const user = options.args ?? [];
  const env = { CFLAGS: flags[options.profile], CXXFLAGS: flags[options.profile] };
  const key = JSON.stringify([compiler.title, variables, user, env]);
  const lastFile = path.join(folder, buildFolderName, 'make.json');
  const last = await readLast(lastFile);
  // Objects of another profile, or of an earlier native build, would be taken for good.
  const again = last?.key === key ? [] : ['-B'];
  const command: Command = { tool, args: [...again, `-j${availableParallelism()}`, ...variables, ...user], cwd: folder, env };
  const marker = path.join(folder, project.marker);
  const started = Date.now();
  return {
    files,
    steps: [{ command, inputs: [], outputs: [], stage: 0, subject: marker }],
    async modules() {
      const modules = await modulesOf(project, last?.modules ?? [], started, context.signal);
      await mkdir(path.dirname(lastFile), { recursive: true });
      await writeFile(lastFile, JSON.stringify({ key, modules: modules.map(module => path.relative(folder, module.path)) } satisfies Last));
      await writeFile(path.join(path.dirname(lastFile), '.gitignore'), '*\n');
      return modules;
    },
    diagnostics: (step, report) => makeParser({ cwd: folder, subject: step.subject }, report),
    compiler: compiler.title,
    usesEmbedded: compiler.kind === 'embedded',
    failed: () => compiler.forget(),
  };
}

/** `CC=...` and its like, as make's arguments. They override what the Makefile assigns. */
function makeVariables(folder: string, compiler: Compiler, profile: Profile, context: BuildContext, files: PlannedFile[]): readonly string[] {
  const { platform } = context.machine;
  const launched = (name: string, command: Command): string => {
    const file = launcher(folder, name, command, platform, context.relay);
    if (!files.some(one => one.path === file.path)) files.push(file);
    return shellWord(file.path, platform);
  };
  const value = (name: string, command: Command): string =>
    (compiler.kind === 'native' ? [command.tool, ...command.args].map(word => shellWord(word, platform)).join(' ') : launched(name, command));
  const debug = profile === 'debug' ? ' -g' : '';
  const variables = [
    `CC=${value('cc', compiler.driver('c', [], folder))}${debug}`,
    `CXX=${value('c++', compiler.driver('c++', [], folder))} -fno-exceptions${debug}`,
  ];
  for (const name of ['ar', 'ranlib', 'nm', 'strip'] as const) {
    const command = compiler.tool(name, [], folder);
    if (command !== undefined) variables.push(`${name.toUpperCase()}=${command.shownAs === undefined ? value(name, command) : launched(name, command)}`);
  }
  return variables;
}

/** A word for the shell that make hands its recipes to; `$` is make's own first. */
function shellWord(word: string, platform: NodeJS.Platform): string {
  const slashed = platform === 'win32' ? word.replaceAll('\\', '/') : word;
  const quoted = /^[\w@%+=:,./-]+$/.test(slashed) ? slashed : platform === 'win32' ? `"${slashed}"` : `'${slashed.replaceAll("'", `'\\''`)}'`;
  return quoted.replaceAll('$', '$$$$');
}

async function readLast(file: string): Promise<Last | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<Last>;
    return typeof value.key === 'string' && Array.isArray(value.modules) ? { key: value.key, modules: value.modules } : undefined;
  } catch {
    return undefined;
  }
}

/** What make wrote now or in an earlier build of ours; else, where all was up to date before we came, every module there is. */
async function modulesOf(project: Project, before: readonly string[], started: number, signal: AbortSignal): Promise<readonly ModuleFile[]> {
  const programs = await findPrograms(project.folder, signal);
  // A file system may keep whole seconds only.
  const fresh = programs.filter(program => program.modified >= started - 2000);
  const modules = programs.filter(program => program.kind === 'module');
  const known = modules.filter(program => fresh.includes(program) || before.includes(path.relative(project.folder, program.path)));
  const chosen = known.length > 0 ? known : modules;
  const strange = fresh.find(program => program.kind === 'native');
  if (chosen.length === 0 && strange !== undefined) {
    throw new UserError('no-module', l10n.t('The Makefile wrote a program for this machine, {0}, not a WebAssembly module: it names its compiler itself. Let its rules use $(CC), $(CXX) and $(AR).', path.relative(project.folder, strange.path)), [
      { label: l10n.t('Open the Makefile'), action: { kind: 'command', command: 'vscode.open', args: [path.join(project.folder, project.marker)] } },
    ]);
  }
  const names = chosen.map(program => targetName(project.folder, program.path));
  const times = await Promise.all(chosen.map(async program => (await stat(program.path)).mtimeMs));
  return chosen
    .map((program, index) => ({ target: unique(names, index), path: program.path, time: times[index] ?? 0 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ target, path: file }) => ({ target, path: file }));

  function unique(all: readonly string[], index: number): string {
    const name = all[index] ?? '';
    return all.filter(other => other === name).length === 1 ? name : path.relative(project.folder, chosen[index]?.path ?? '').replaceAll('\\', '/');
  }
}

function targetName(folder: string, file: string): string {
  return path.basename(path.relative(folder, file)).replace(/\.wasm$/, '');
}
