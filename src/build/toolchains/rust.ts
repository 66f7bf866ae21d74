import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { isUserError, UserError, type Remedy } from '../../base/error';
import { capture } from '../../base/exec';
import { findProgram, type Found } from '../../base/find';
import { cargoLine, cargoParser } from '../diagnostics/rustc';
import { readEntries } from '../entries';
import type { BuildContext, BuildOptions, BuildPlan, FolderEntries, ModuleFile, Profile, Project, Toolchain, ToolReport } from '../project';
import { cargoTargets, readManifest, type Manifest } from './cargo';

const install: readonly Remedy[] = [
  { label: l10n.t('Get Rust'), action: { kind: 'url', url: 'https://rustup.rs' } },
  { label: l10n.t('On Debian and Ubuntu'), action: { kind: 'terminal', line: 'sudo apt install cargo rustc libstd-rust-dev-wasm32 lld' } },
];

/** Rust 1.84 took wasm32-wasi away, 1.78 brought wasm32-wasip1. */
const spellings = ['wasm32-wasip1', 'wasm32-wasi'] as const;

/** The manifest's own release profile is left as it is; the smallest one is ours, made for this command only. */
const profileArgs: Readonly<Record<Profile, readonly string[]>> = {
  debug: [],
  release: ['--release'],
  smallest: ['--profile', 'smallest', ...['inherits="release"', 'opt-level="z"', 'lto=true', 'codegen-units=1', 'panic="abort"', 'strip=true'].flatMap(line => ['--config', `profile.smallest.${line}`])],
};

/** Cargo packages and workspaces. */
export const rust: Toolchain = {
  id: 'rust',
  title: 'Rust',
  family: 'rust',
  extensions: ['.rs'],
  install,
  marker: entries => (entries.files.has('Cargo.toml') ? 'Cargo.toml' : undefined),
  async detect(entries, marker) {
    const manifest = await readManifest(path.join(entries.folder, marker));
    if (manifest === undefined) return { projects: [] };
    const targets = await cargoTargets(entries.folder, manifest);
    // A package without a workspace may have others below it; what a workspace excludes is another project.
    const owns = manifest.workspace === undefined ? {} : { owns: await workspaceFolders(entries, manifest) };
    // A library is nothing to run, but its folder is no other's either.
    if (targets.length === 0) return { projects: [], ...owns };
    const name = manifest.package?.name ?? path.basename(entries.folder);
    return { projects: [{ toolchain: 'rust', folder: entries.folder, name, marker, targets: targets.map(target => ({ name: target.name })) }], ...owns };
  },
  plan,
  clean: (project, context) => Promise.resolve({ remove: [], commands: [{ tool: findCargo(context), args: ['clean'], cwd: project.folder }] }),
  tools,
};

function cargoProgram(context: BuildContext): Found {
  const { machine, paths } = context;
  const flavour = machine.platform === 'win32' ? path.win32 : path.posix;
  const home = machine.platform === 'win32' ? machine.env.USERPROFILE : machine.env.HOME;
  if (paths.cargo !== undefined && paths.cargo !== '') return findProgram([], [paths.cargo], { ...machine, env: { PATHEXT: machine.env.PATHEXT } });
  const onPath = findProgram(['cargo'], [], machine);
  if ('path' in onPath) return onPath;
  // A window opened before rustup was installed has an older PATH.
  const cargoHome = machine.env.CARGO_HOME ?? (home === undefined ? undefined : flavour.join(home, '.cargo'));
  const more = findProgram([], cargoHome === undefined ? [] : [flavour.join(cargoHome, 'bin', 'cargo')], { ...machine, env: { PATHEXT: machine.env.PATHEXT } });
  return 'path' in more ? more : { tried: [...onPath.tried, ...more.tried] };
}

function findCargo(context: BuildContext): string {
  const found = cargoProgram(context);
  if ('path' in found) return found.path;
  throw new UserError('tool-missing', l10n.t('This project is built by cargo, which was not found. Looked at: {0}.', found.tried.join(', ')), install);
}

/** The compiler that cargo will run: $RUSTC's, else the one beside it, else PATH's. */
function rustcFor(cargo: string, context: BuildContext): string {
  const { machine } = context;
  if (machine.env.RUSTC !== undefined && machine.env.RUSTC !== '') return machine.env.RUSTC;
  const flavour = machine.platform === 'win32' ? path.win32 : path.posix;
  const found = findProgram(['rustc'], [flavour.join(flavour.dirname(cargo), 'rustc')], machine);
  return 'path' in found ? found.path : 'rustc';
}

interface RustTarget {
  readonly name: string;
  readonly libdir: string;
}

/** Good answers only, by compiler and folder: a folder's rust-toolchain.toml may choose another. */
const known = new Map<string, RustTarget>();

async function findTarget(rustc: string, folder: string, context: BuildContext): Promise<RustTarget | undefined> {
  const key = `${rustc}\0${folder}`;
  const before = known.get(key);
  if (before !== undefined && existsSync(before.libdir)) return before;
  for (const name of spellings) {
    const ran = await capture(context.exec, { tool: rustc, args: ['--print', 'target-libdir', '--target', name], cwd: folder }, context.signal, 1 << 16);
    const libdir = ran.stdout.trim();
    if (ran.code !== 0 || libdir === '' || !existsSync(libdir)) continue;
    const target = { name, libdir };
    known.set(key, target);
    return target;
  }
  return undefined;
}

async function plan(project: Project, options: BuildOptions, context: BuildContext): Promise<BuildPlan> {
  const { folder } = project;
  const cargo = findCargo(context);
  const rustc = rustcFor(cargo, context);
  const target = await findTarget(rustc, folder, context);
  if (target === undefined) throw targetMissing(cargo, rustc, context);
  const manifest = await readManifest(path.join(folder, project.marker));
  const wanted = options.target === undefined || manifest === undefined ? undefined : (await cargoTargets(folder, manifest)).find(one => one.name === options.target);
  const selection = options.target === undefined ? []
    : wanted?.kind === 'library' ? ['--package', wanted.package, '--lib']
      : [...(wanted === undefined ? [] : ['--package', wanted.package]), '--bin', options.target];
  const linker = linkerEnv(target, context);
  const args = [
    'build', '--target', target.name, '--message-format', options.colors === true ? 'json-diagnostic-rendered-ansi' : 'json',
    '--color', options.colors === true ? 'always' : 'never', ...profileArgs[options.profile], ...selection, ...options.args ?? [],
  ];
  const marker = path.join(folder, project.marker);
  return {
    steps: [{ command: { tool: cargo, args, cwd: folder, ...(linker === undefined ? {} : { env: linker }) }, inputs: [], outputs: [], stage: 0, subject: marker }],
    modules: modulesOf,
    diagnostics: (step, report) => cargoParser({ root: folder, subject: step.subject }, report),
    compiler: `cargo (${cargo}), ${target.name}`,
  };
}

/** The folders below a workspace's root that are the workspace's. */
async function workspaceFolders(entries: FolderEntries, manifest: Manifest): Promise<readonly string[]> {
  const excluded = (manifest.workspace?.exclude ?? []).map(one => path.resolve(entries.folder, one));
  if (excluded.length === 0) return [entries.folder];
  const owned: string[] = [];
  const visit = async (folder: string, names: Iterable<string>): Promise<void> => {
    for (const name of names) {
      const below = path.join(folder, name);
      if (excluded.includes(below)) continue;
      if (!excluded.some(one => one.startsWith(below + path.sep))) owned.push(below);
      else await visit(below, (await readEntries(below))?.folders ?? []);
    }
  };
  await visit(entries.folder, entries.folders);
  return owned;
}

/** The modules among cargo's artefacts: programs, and dynamic libraries, which are reactors or plain libraries. */
export function modulesOf(stdout: string): readonly ModuleFile[] {
  const modules: ModuleFile[] = [];
  for (const text of stdout.split('\n')) {
    const line = cargoLine(text);
    if (line?.reason !== 'compiler-artifact' || line.target === undefined) continue;
    if (typeof line.executable === 'string') {
      modules.push({ target: line.target.name, path: line.executable });
    } else if (line.target.kind.includes('cdylib')) {
      const file = line.filenames?.find(name => name.endsWith('.wasm'));
      if (file !== undefined) modules.push({ target: line.target.name, path: file });
    }
  }
  return modules;
}

/** Distributions ship no rust-lld: there lld's own program links. */
function linkerEnv(target: RustTarget, context: BuildContext): Readonly<Record<string, string>> | undefined {
  const variable = `CARGO_TARGET_${target.name.toUpperCase().replaceAll('-', '_')}_LINKER`;
  if (context.machine.env[variable] !== undefined) return undefined;
  // LIBDIR is SYSROOT/lib/rustlib/TARGET/lib; the host's own tools are in SYSROOT/lib/rustlib/HOST/bin.
  const rustlib = path.dirname(path.dirname(target.libdir));
  const hosts = ['x86_64', 'aarch64'].flatMap(cpu => ['unknown-linux-gnu', 'unknown-linux-musl', 'apple-darwin', 'pc-windows-msvc', 'pc-windows-gnu'].map(system => `${cpu}-${system}`));
  if (hosts.some(host => existsSync(path.join(rustlib, host, 'bin', 'rust-lld')) || existsSync(path.join(rustlib, host, 'bin', 'rust-lld.exe')))) return undefined;
  if ('path' in findProgram(['rust-lld'], [], context.machine)) return undefined;
  const lld = findProgram(['wasm-ld', ...['22', '21', '20', '19', '18', '17', '16', '15', '14'].map(version => `wasm-ld-${version}`)], [], context.machine);
  return 'path' in lld ? { [variable]: lld.path } : undefined;
}

function targetMissing(cargo: string, rustc: string, context: BuildContext): UserError {
  const rustup = findProgram(['rustup'], [path.join(path.dirname(cargo), 'rustup')], context.machine);
  const line = 'path' in rustup ? 'rustup target add wasm32-wasip1' : 'sudo apt install libstd-rust-dev-wasm32';
  return new UserError('target-missing', l10n.t("Rust's standard library for WASI preview 1 (wasm32-wasi) is not installed for {0}.", rustc), [
    { label: 'path' in rustup ? l10n.t('Add the target') : l10n.t('Install it'), action: { kind: 'terminal', line } },
  ]);
}

async function tools(context: BuildContext): Promise<readonly ToolReport[]> {
  const found = cargoProgram(context);
  if (!('path' in found)) return [{ tool: 'cargo', found, remedies: install }];
  const cwd = path.dirname(found.path);
  const version = await capture(context.exec, { tool: found.path, args: ['--version'], cwd }, context.signal, 1 << 16);
  const cargo = { path: found.path, version: /\d+\.\d+\.\d+\S*/.exec(version.stdout)?.[0] ?? '' };
  const rustc = rustcFor(found.path, context);
  const target = await findTarget(rustc, cwd, context).catch((error: unknown) => {
    if (isUserError(error)) return undefined;
    throw error;
  });
  if (target !== undefined) return [{ tool: 'cargo', found: cargo, note: target.name }];
  const missing = targetMissing(found.path, rustc, context);
  return [{ tool: 'cargo', found: cargo, note: missing.message, remedies: missing.remedies }];
}
