import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Command } from '../../base/command';
import { UserError, type Remedy } from '../../base/error';
import { findProgram } from '../../base/find';
import { cmakeParser } from '../diagnostics/cmake';
import { makeParser } from '../diagnostics/make';
import { buildFolderName, profileFolder } from '../folders';
import type { BuildContext, BuildOptions, BuildPlan, DiagnosticParser, ModuleFile, PlannedFile, Profile, Project, Toolchain } from '../project';
import { compilerReports, findCompiler, type Compiler } from './clang';
import { launcher } from './launcher';
import { sourceExtensions } from './sources';

const install: readonly Remedy[] = [
  { label: l10n.t('Get CMake'), action: { kind: 'url', url: 'https://cmake.org/download/' } },
  { label: l10n.t('On Debian and Ubuntu'), action: { kind: 'terminal', line: 'sudo apt install cmake ninja-build' } },
];

const buildTypes: Readonly<Record<Profile, string>> = { debug: 'Debug', release: 'Release', smallest: 'MinSizeRel' };

/** CMake, by a toolchain file; what it made is told by its file API. */
export const cmake: Toolchain = {
  id: 'cmake',
  title: 'CMake',
  family: 'c',
  extensions: sourceExtensions,
  install,
  marker: entries => (entries.files.has('CMakeLists.txt') ? 'CMakeLists.txt' : undefined),
  async detect(entries, marker) {
    const text = await readFile(path.join(entries.folder, marker), 'utf8').catch(() => '');
    const name = projectName(text);
    // Without project() it is a part of a project above.
    if (name === undefined) return { projects: [] };
    const targets = [...new Set(await executables(entries.folder, name, 0))];
    return {
      projects: [{ toolchain: 'cmake', folder: entries.folder, name: name === '' ? path.basename(entries.folder) : name, marker, targets: targets.map(target => ({ name: target })) }],
      owns: [entries.folder],
    };
  },
  plan,
  clean: project => Promise.resolve({ remove: [path.join(project.folder, buildFolderName)], commands: [] }),
  async tools(context) {
    return [
      { tool: 'cmake', found: findProgram(['cmake'], [], context.machine) },
      { tool: 'ninja', found: findProgram(['ninja', 'ninja-build'], [], context.machine), note: l10n.t('make serves where there is none') },
      ...await compilerReports(context),
    ];
  },
};

function withoutComments(text: string): string {
  return text.replace(/#\[(=*)\[[\s\S]*?\]\1\]|#[^\n]*/g, '');
}

function projectName(text: string): string | undefined {
  const match = /\bproject\s*\(\s*"?([^\s")]*)/i.exec(withoutComments(text));
  return match === null ? undefined : (match[1] ?? '').includes('$') ? '' : match[1];
}

/** The names of executables that CMakeLists.txt files add, as far as their text tells; after a configuration the file API knows all. */
async function executables(folder: string, project: string, depth: number): Promise<readonly string[]> {
  const text = withoutComments(await readFile(path.join(folder, 'CMakeLists.txt'), 'utf8').catch(() => ''));
  const names: string[] = [];
  for (const [, raw = '', kind = ''] of text.matchAll(/\badd_executable\s*\(\s*"?([^\s")]+)"?\s*(IMPORTED|ALIAS)?/gi)) {
    const name = raw.replace(/\$\{(?:CMAKE_)?PROJECT_NAME\}/g, project);
    // A name that is computed otherwise can't be known: then no list is better than a wrong one.
    if (kind === '' && !name.includes('$')) names.push(name);
  }
  if (depth < 6) {
    for (const [, below = ''] of text.matchAll(/\badd_subdirectory\s*\(\s*"?([^\s")]+)/gi)) {
      if (!below.includes('$')) names.push(...await executables(path.resolve(folder, below), project, depth + 1));
    }
  }
  return names;
}

async function plan(project: Project, options: BuildOptions, context: BuildContext): Promise<BuildPlan> {
  const { folder } = project;
  const tool = need('cmake', ['cmake'], context);
  const generator = chooseGenerator(context);
  const compiler = await findCompiler(context, 'c');
  const out = profileFolder(folder, options.profile);
  const files: PlannedFile[] = [];
  const toolchain = toolchainFile(folder, out, compiler, context, files);
  const user = options.args ?? [];
  // CMake can't change a build folder's compiler or generator: another one has a folder of its own.
  const identity = createHash('sha256').update(JSON.stringify([toolchain.text, generator.name])).digest('hex').slice(0, 8);
  const build = path.join(out, `cmake-${identity}`);
  files.push(toolchain.file, { path: path.join(build, '.cmake', 'api', 'v1', 'query', 'codemodel-v2'), text: '' });
  const marker = path.join(folder, project.marker);
  const configure: Command = {
    tool,
    args: ['-S', '.', '-B', path.relative(folder, build), '-G', generator.name, `-DCMAKE_MAKE_PROGRAM=${generator.program}`,
      `-DCMAKE_TOOLCHAIN_FILE=${toolchain.file.path}`, `-DCMAKE_BUILD_TYPE=${buildTypes[options.profile]}`, '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON', ...user],
    cwd: folder,
  };
  const make: Command = {
    tool, args: ['--build', path.relative(folder, build), '--parallel', String(availableParallelism()), ...(options.target === undefined ? [] : ['--target', options.target])], cwd: folder,
    ...(options.colors === true ? { env: { CLICOLOR_FORCE: '1' } } : {}),
  };
  return {
    files,
    steps: [
      // Later changes of CMakeLists.txt are for `cmake --build` to see.
      { command: configure, inputs: [toolchain.file.path], outputs: [path.join(build, 'CMakeCache.txt'), path.join(build, generator.file)], once: true, stage: 0, subject: marker },
      { command: make, inputs: [], outputs: [], stage: 1, subject: marker },
    ],
    modules: () => artefacts(build),
    diagnostics(step, report) {
      const own = cmakeParser({ cwd: folder, subject: marker }, report);
      const tools = makeParser({ cwd: build, root: folder, subject: step.subject, sourceOf: object => sourceOfObject(folder, object) }, report);
      return both(own, tools);
    },
    compiler: compiler.title,
    usesEmbedded: compiler.kind === 'embedded',
    failed: () => compiler.forget(),
  };
}

function both(first: DiagnosticParser, second: DiagnosticParser): DiagnosticParser {
  return {
    push(text, stream) {
      first.push(text, stream);
      return second.push(text, stream);
    },
    end() {
      first.end();
      return second.end();
    },
  };
}

/** CMake names an object after its source: `sub/CMakeFiles/demo.dir/main.c.o`. */
function sourceOfObject(folder: string, object: string): string | undefined {
  const match = /^(.*?)CMakeFiles[\\/][^\\/]+\.dir[\\/](.+)\.(?:o|obj)$/.exec(object);
  if (match === null) return undefined;
  const source = path.resolve(folder, match[1] ?? '', (match[2] ?? '').replaceAll('__', '..'));
  return existsSync(source) ? source : undefined;
}

interface Generator {
  readonly name: string;
  readonly program: string;
  readonly file: string;
}

function chooseGenerator(context: BuildContext): Generator {
  const { machine } = context;
  const ninja = findProgram(['ninja', 'ninja-build'], [], machine);
  if ('path' in ninja) return { name: 'Ninja', program: ninja.path, file: 'build.ninja' };
  const windows = machine.platform === 'win32';
  const make = findProgram(windows ? ['mingw32-make', 'make'] : ['gmake', 'make'], [], machine);
  if ('path' in make) return { name: windows ? 'MinGW Makefiles' : 'Unix Makefiles', program: make.path, file: 'Makefile' };
  throw new UserError('tool-missing', l10n.t('CMake needs ninja or make to build, and neither was found. Looked at: {0}.', [...ninja.tried, ...make.tried].join(', ')), install);
}

function need(title: string, names: readonly string[], context: BuildContext): string {
  const found = findProgram(names, [], context.machine);
  if ('path' in found) return found.path;
  throw new UserError('tool-missing', l10n.t('This project is built by {0}, which was not found. Looked at: {1}.', title, found.tried.join(', ')), install);
}

function toolchainFile(folder: string, out: string, compiler: Compiler, context: BuildContext, files: PlannedFile[]): { file: PlannedFile; text: string } {
  const own = compiler.sdk === undefined ? undefined : path.join(compiler.sdk, 'share', 'cmake', 'wasi-sdk-p1.cmake');
  if (own !== undefined && existsSync(own)) {
    const text = `include(${quoted(own)})\n`;
    return { file: { path: path.join(out, 'toolchain.cmake'), text }, text };
  }
  const words = (name: string, command: Command): string => {
    if (command.shownAs === undefined) return [command.tool, ...command.args].map(quoted).join(' ');
    const file = launcher(folder, name, command, context.machine.platform, context.relay);
    files.push(file);
    return quoted(file.path);
  };
  const modules = path.join(out, 'cmake-modules');
  files.push({ path: path.join(modules, 'Platform', 'WASI.cmake'), text: platformText });
  const lines = [
    'set(CMAKE_SYSTEM_NAME WASI)',
    'set(CMAKE_SYSTEM_VERSION 1)',
    'set(CMAKE_SYSTEM_PROCESSOR wasm32)',
    `list(APPEND CMAKE_MODULE_PATH ${quoted(modules)})`,
    `set(CMAKE_C_COMPILER ${words('cc', compiler.driver('c', [], folder))})`,
    `set(CMAKE_CXX_COMPILER ${words('c++', compiler.driver('c++', [], folder))})`,
    'set(CMAKE_CXX_FLAGS_INIT -fno-exceptions)',
    'set(CMAKE_EXE_LINKER_FLAGS_RELEASE_INIT -s)',
    'set(CMAKE_EXE_LINKER_FLAGS_MINSIZEREL_INIT -s)',
    'set(CMAKE_FIND_ROOT_PATH "${CMAKE_CURRENT_LIST_DIR}/root")',
    'set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)',
    'set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)',
    'set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)',
    'set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)',
  ];
  for (const name of ['ar', 'ranlib', 'nm', 'strip'] as const) {
    const command = compiler.tool(name, [], folder);
    if (command === undefined) continue;
    // CMake wants one path here, and zig's tools have a word before their arguments.
    const file = command.args.length === 0 ? undefined : launcher(folder, name, command, context.machine.platform, context.relay);
    if (file !== undefined && !files.some(one => one.path === file.path)) files.push(file);
    lines.push(`set(CMAKE_${name.toUpperCase()} ${quoted(file?.path ?? command.tool)})`);
  }
  const text = lines.join('\n') + '\n';
  return { file: { path: path.join(out, 'toolchain.cmake'), text }, text };
}

/** What CMake has no platform file for; without it "System is unknown to cmake". */
const platformText = [
  'set(WASI 1)',
  'set(CMAKE_EXECUTABLE_SUFFIX ".wasm")',
  'set_property(GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS FALSE)',
  // As CMake's own rules, without <FLAGS>: with -O in a linking call clang runs a wasm-opt that it finds, which ruins names and DWARF.
  'set(CMAKE_C_LINK_EXECUTABLE "<CMAKE_C_COMPILER> <CMAKE_C_LINK_FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")',
  'set(CMAKE_CXX_LINK_EXECUTABLE "<CMAKE_CXX_COMPILER> <CMAKE_CXX_LINK_FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")',
  '',
].join('\n');

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '/').replace(/["$;]/g, '\\$&')}"`;
}

interface Reply {
  readonly configurations?: readonly { readonly targets: readonly { readonly name: string; readonly jsonFile: string }[] }[];
}

/** The executables of the file API's newest reply that were built. */
async function artefacts(build: string): Promise<readonly ModuleFile[]> {
  const reply = path.join(build, '.cmake', 'api', 'v1', 'reply');
  const names = await readdir(reply).catch(() => []);
  const model = names.filter(name => name.startsWith('codemodel-v2-')).sort().at(-1);
  if (model === undefined) return [];
  const { configurations = [] } = JSON.parse(await readFile(path.join(reply, model), 'utf8')) as Reply;
  const modules: ModuleFile[] = [];
  for (const { name, jsonFile } of configurations[0]?.targets ?? []) {
    const target = JSON.parse(await readFile(path.join(reply, jsonFile), 'utf8')) as { type: string; artifacts?: readonly { path: string }[] };
    const [artefact] = target.artifacts ?? [];
    if (target.type !== 'EXECUTABLE' || artefact === undefined) continue;
    const file = path.resolve(build, artefact.path);
    if (existsSync(file)) modules.push({ target: name, path: file });
  }
  return modules;
}
