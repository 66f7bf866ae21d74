import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Command } from '../../base/command';
import { UserError } from '../../base/error';
import { gccParser } from '../diagnostics/gcc';
import { buildFolderName, profileFolder } from '../folders';
import type { BuildOptions, BuildPlan, BuildStep, Profile, Project, Toolchain } from '../project';
import { profiles } from '../project';
import { colorFlags, compilerReports, findCompiler, install, type Language } from './clang';
import { languageOf, sourceExtensions, sourceRoot, sourceTree } from './sources';

/** Single files of one folder that are listed as projects; any can be opened. */
const singles = 100;

/** Compile flags of each profile. No -O when linking: clang would run a wasm-opt that it finds, which ruins names and DWARF. */
const compileFlags: Readonly<Record<Profile, readonly string[]>> = {
  debug: ['-O0', '-g'],
  release: ['-O2'],
  smallest: ['-Oz', '-ffunction-sections', '-fdata-sections'],
};
const linkFlags: Readonly<Record<Profile, readonly string[]>> = { debug: ['-g'], release: ['-s'], smallest: ['-s', '-Wl,--gc-sections'] };

/** Single C and C++ files, and folders of them without a build file. Flags of the user's own are in compile_flags.txt, as clangd reads it. */
export const c: Toolchain = {
  id: 'c',
  title: 'C/C++',
  family: 'c',
  extensions: sourceExtensions,
  install,
  marker(entries) {
    for (const file of entries.files) if (languageOf(file) !== undefined) return file;
    // A src folder of another language's project is its own.
    if (!entries.folders.has('src') || ['Cargo.toml', 'go.mod', 'package.json', 'pom.xml', 'build.gradle', 'setup.py', 'pyproject.toml'].some(file => entries.files.has(file))) return undefined;
    return 'src';
  },
  async detect(entries) {
    const root = sourceRoot(entries);
    if (root === undefined) return { projects: [] };
    const tree = await sourceTree(root);
    const [main] = tree.mains;
    if (main === undefined) return { projects: [] };
    // A src folder with programs of its own is looked at when the search comes there.
    if (tree.mains.length > 1) return { projects: root === entries.folder ? tree.mains.slice(0, singles).map(single) : [] };
    const name = path.basename(entries.folder);
    const project: Project = tree.sources.length === 1 && root === entries.folder ? single(main)
      : { toolchain: 'c', folder: entries.folder, name, marker: relative(entries.folder, main), targets: [{ name: path.parse(main).name === 'main' ? name : path.parse(main).name }] };
    return { projects: [project], ...(root === entries.folder ? {} : { owns: [root] }) };
  },
  single,
  plan,
  clean(project) {
    if (project.file === undefined) return Promise.resolve({ remove: [path.join(project.folder, buildFolderName)], commands: [] });
    const stem = path.parse(project.file).name;
    const made = profiles.flatMap(profile => {
      const folder = profileFolder(project.folder, profile);
      return [path.join(folder, `${stem}.wasm`), path.join(folder, 'obj', `${path.basename(project.file ?? '')}.o`), path.join(folder, 'obj', `${path.basename(project.file ?? '')}.d`)];
    });
    return Promise.resolve({ remove: made, commands: [] });
  },
  tools: compilerReports,
};

function single(file: string): Project {
  return { toolchain: 'c', folder: path.dirname(file), name: path.basename(file), file, marker: path.basename(file), targets: [{ name: path.parse(file).name }] };
}

async function plan(project: Project, options: BuildOptions, context: Parameters<Toolchain['plan']>[2]): Promise<BuildPlan> {
  const { folder } = project;
  const sources = project.file === undefined ? await sourcesOf(project) : [project.file];
  const language: Language = sources.some(file => languageOf(file) === 'c++') ? 'c++' : 'c';
  const compiler = await findCompiler(context, language);
  const out = profileFolder(folder, options.profile);
  const user = sortFlags([...await compileFlagsFile(folder), ...options.args ?? []]);
  const shared = [...compileFlags[options.profile], '-Wall', ...includeFlags(project), ...colorFlags(options.colors)];
  const objects = new Map<string, string>();
  const steps: BuildStep[] = sources.map(source => {
    const object = path.join(out, 'obj', `${relative(folder, source)}.o`);
    const depfile = object.replace(/\.o$/, '.d');
    objects.set(object, source);
    const own = languageOf(source) ?? 'c';
    const args = [...shared, ...(own === 'c++' ? ['-fno-exceptions'] : []), ...user.compile, '-MD', '-MF', shown(folder, depfile), '-c', shown(folder, source), '-o', shown(folder, object)];
    return { command: asTyped(compiler.driver(own, args, folder)), inputs: [source], outputs: [object], depfile, stage: 0, subject: source };
  });
  const target = project.targets[0]?.name ?? project.name;
  const module = path.join(out, `${target}.wasm`);
  const operands = [...objects.keys()].map(object => shown(folder, object));
  // Windows allows some 32,000 characters in a command.
  const long = operands.join(' ').length > 20_000;
  const response = path.join(out, `${target}.rsp`);
  const args = [...linkFlags[options.profile], ...(long ? [`@${shown(folder, response)}`] : operands), ...user.link, '-lm', '-o', shown(folder, module)];
  steps.push({ command: compiler.driver(language, args, folder), inputs: [...objects.keys(), ...(long ? [response] : [])], outputs: [module], stage: 1, subject: sources[0] ?? folder });
  return {
    steps,
    ...(long ? { files: [{ path: response, text: operands.map(operand => `"${operand.replace(/["\\]/g, '\\$&')}"`).join('\n') + '\n' }] } : {}),
    modules: () => [{ target, path: module }],
    diagnostics: (step, report) => gccParser({ cwd: folder, subject: step.subject, sourceOf: object => objects.get(path.resolve(folder, object)) ?? byName(objects, object) }, report),
    compiler: compiler.title,
    usesEmbedded: compiler.kind === 'embedded',
    failed: () => compiler.forget(),
  };
}

async function sourcesOf(project: Project): Promise<readonly string[]> {
  const direct = await sourceTree(project.folder);
  const tree = direct.sources.some(file => path.dirname(file) === project.folder) ? direct : await sourceTree(path.join(project.folder, 'src'));
  if (tree.sources.length === 0) throw new UserError('no-project', l10n.t('There are no C or C++ sources in {0} any more.', project.folder));
  return tree.sources;
}

/** The header folders of a project's conventional layout; `-iquote .` lets sources in folders below name headers from the top. */
function includeFlags(project: Project): readonly string[] {
  const flags = existsSync(path.join(project.folder, 'include')) ? ['-Iinclude'] : [];
  return project.file === undefined ? [...flags, '-iquote', '.'] : flags;
}

/** clangd's file of one argument per line; empty where there is none. */
async function compileFlagsFile(folder: string): Promise<readonly string[]> {
  const text = await readFile(path.join(folder, 'compile_flags.txt'), 'utf8').catch(() => '');
  return text.split(/\r?\n/).map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#'));
}

/** Which arguments of the user's go to compiling, to linking or to both; each given to the other would be warned of, or run wasm-opt. */
export function sortFlags(args: readonly string[]): { readonly compile: readonly string[]; readonly link: readonly string[] } {
  const compile: string[] = [];
  const link: string[] = [];
  const paired = new Set(['-I', '-D', '-U', '-include', '-isystem', '-iquote', '-x', '-Xclang', '-mllvm']);
  const pairedLink = new Set(['-Xlinker', '-L', '-l', '-u', '-z']);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const next = args[i + 1];
    if (pairedLink.has(arg) && next !== undefined) link.push(arg, args[++i] ?? '');
    else if (arg === '-mllvm' && next !== undefined) {
      compile.push(arg, next);
      // Linking may compile (LTO), and wants the same.
      link.push(arg, next);
      i++;
    } else if (paired.has(arg) && next !== undefined) compile.push(arg, args[++i] ?? '');
    else if (/^-(?:l|L|Wl,|nostartfiles|nodefaultlibs|nostdlib|mexec-model=|s$|u)/.test(arg) || /\.(?:o|a)$/.test(arg)) link.push(arg);
    else if (/^-(?:flto|fwasm-exceptions|pthread|m(?!exec)|fsanitize|-target|-sysroot)/.test(arg)) {
      compile.push(arg);
      link.push(arg);
    } else compile.push(arg);
  }
  return { compile, link };
}

/** The command without what only our parser wants. */
function asTyped(command: Command): Command {
  return { ...command, shownArgs: (command.shownArgs ?? command.args).filter(arg => !/^-f(?:no-color-diagnostics|color-diagnostics|diagnostics-print-source-range-info)$/.test(arg)) };
}

function byName(objects: ReadonlyMap<string, string>, object: string): string | undefined {
  const name = object.split(/[\\/]/).at(-1);
  for (const [known, source] of objects) if (path.basename(known) === name) return source;
  return undefined;
}

function relative(folder: string, file: string): string {
  return path.relative(folder, file);
}

/** A path as it stands in a command: relative to the folder, and never an option. */
function shown(folder: string, file: string): string {
  const name = relative(folder, file);
  return name.startsWith('-') || name.startsWith('@') ? `.${path.sep}${name}` : name;
}
