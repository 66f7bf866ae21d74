import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Command } from '../../base/command';
import { UserError, type Remedy } from '../../base/error';
import { capture } from '../../base/exec';
import { findProgram, type Found } from '../../base/find';
import { goParser } from '../diagnostics/go';
import { isSkipped, readEntries } from '../entries';
import { buildFolderName, profileFolder } from '../folders';
import { profiles, type BuildContext, type BuildOptions, type BuildPlan, type Profile, type Project, type Toolchain, type ToolReport } from '../project';

const install: readonly Remedy[] = [
  { label: l10n.t('Get Go'), action: { kind: 'url', url: 'https://go.dev/dl/' } },
  { label: l10n.t('On Debian and Ubuntu'), action: { kind: 'terminal', line: 'sudo apt install golang-go' } },
];

const env = { GOOS: 'wasip1', GOARCH: 'wasm' } as const;
const profileArgs: Readonly<Record<Profile, readonly string[]>> = {
  debug: [],
  release: ['-trimpath', '-ldflags=-s -w'],
  smallest: ['-trimpath', '-ldflags=-s -w'],
};
/** The first that builds for wasip1. */
const oldest = [1, 21] as const;

/** Go modules with main packages, and single files outside of modules. */
export const go: Toolchain = {
  id: 'go',
  title: 'Go',
  family: 'go',
  extensions: ['.go'],
  install,
  marker: entries => (entries.files.has('go.mod') ? 'go.mod' : undefined),
  async detect(entries, marker) {
    const text = await readFile(path.join(entries.folder, marker), 'utf8').catch(() => '');
    const module = /^\s*module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? path.basename(entries.folder);
    const packages = await mainPackages(entries.folder);
    if (packages.length === 0) return { projects: [] };
    const name = moduleName(module);
    return { projects: [{ toolchain: 'go', folder: entries.folder, name, marker, targets: targetsOf(packages, name).map(target => ({ name: target.name })) }] };
  },
  single: file => ({ toolchain: 'go', folder: path.dirname(file), name: path.basename(file), file, marker: path.basename(file), targets: [{ name: path.parse(file).name }] }),
  plan,
  clean: project => Promise.resolve({
    remove: project.file === undefined ? [path.join(project.folder, buildFolderName)] : profiles.map(profile => path.join(profileFolder(project.folder, profile), `${path.parse(project.file ?? '').name}.wasm`)),
    commands: [],
  }),
  async tools(context) {
    const found = goProgram(context);
    if (!('path' in found)) return [{ tool: 'go', found, remedies: install }];
    const version = await versionOf(found.path, context);
    const report: ToolReport = { tool: 'go', found: { path: found.path, version } };
    return [isOld(version) ? { ...report, note: l10n.t('too old: Go 1.21 is the first that builds for WASI'), remedies: install } : report];
  },
};

interface GoTarget {
  readonly name: string;
  /** Relative to the module, `./cmd/tool`. */
  readonly package: string;
}

/** `example.com/tool/v2` is called tool. */
function moduleName(module: string): string {
  const parts = module.split('/');
  const last = parts.at(-1) ?? module;
  return /^v\d+$/.test(last) ? parts.at(-2) ?? last : last;
}

/** The folders of a module that hold a main package for WASI, relative with slashes; by text, so that it needs no go. */
async function mainPackages(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await readEntries(folder);
    if (entries === undefined || (depth > 0 && entries.files.has('go.mod'))) return;
    for (const file of [...entries.files].sort()) {
      if (!file.endsWith('.go') || file.endsWith('_test.go') || file.startsWith('_') || file.startsWith('.')) continue;
      const text = await readFile(path.join(folder, file), 'utf8').catch(() => '');
      if (isForOthers(file, text)) continue;
      if (/^package\s+main\b/m.test(text.slice(0, 64 << 10))) found.push(path.relative(root, folder).split(path.sep).join('/'));
      // All files of a package say the same.
      break;
    }
    for (const name of [...entries.folders].sort()) {
      if (depth < 16 && name !== 'testdata' && !name.startsWith('_') && (name === 'build' || !isSkipped(name))) await visit(path.join(folder, name), depth + 1);
    }
  };
  await visit(root, 0);
  return found;
}

/** Whether a file is left out for wasip1 by its name or by a plain build constraint; go itself decides the rest. */
export function isForOthers(file: string, text: string): boolean {
  if (/_(?:windows|linux|darwin|freebsd|netbsd|openbsd|solaris|plan9|android|ios|js|aix|amd64|arm64|arm|386|riscv64)\.go$/.test(file)) return true;
  const constraint = /^\/\/go:build (.+)$/m.exec(text.slice(0, 4096))?.[1]?.trim();
  return constraint !== undefined && /^(?:ignore|!wasip1|!wasm|windows|linux|darwin|unix && !wasip1|cgo|tools)$/.test(constraint);
}

function targetsOf(packages: readonly string[], module: string): readonly GoTarget[] {
  return packages.map(folder => {
    const last = folder.split('/').at(-1) ?? '';
    const same = packages.filter(other => other.split('/').at(-1) === last).length;
    // Two packages of one name are told apart by their paths.
    return { name: folder === '' ? module : same > 1 ? folder : last, package: folder === '' ? '.' : `./${folder}` };
  });
}

function goProgram(context: BuildContext): Found {
  const { machine, paths } = context;
  const bare = { ...machine, env: { PATHEXT: machine.env.PATHEXT } };
  if (paths.go !== undefined && paths.go !== '') return findProgram([], [paths.go], bare);
  const onPath = findProgram(['go'], [], machine);
  if ('path' in onPath) return onPath;
  const places = machine.platform === 'win32' ? ['C:\\Program Files\\Go\\bin\\go.exe'] : ['/usr/local/go/bin/go', '/opt/homebrew/bin/go', ...versioned()];
  const more = findProgram([], places, bare);
  return 'path' in more ? more : { tried: [...onPath.tried, ...more.tried] };
}

/** Debian's /usr/lib/go-1.23/bin/go, newest first. */
function versioned(): readonly string[] {
  try {
    return readdirSync('/usr/lib').filter(name => /^go-\d+\.\d+$/.test(name)).sort((a, b) => b.localeCompare(a, undefined, { numeric: true })).map(name => `/usr/lib/${name}/bin/go`);
  } catch {
    return [];
  }
}

async function versionOf(tool: string, context: BuildContext): Promise<string> {
  const ran = await capture(context.exec, { tool, args: ['env', 'GOVERSION'], cwd: path.dirname(tool) }, context.signal, 1 << 16);
  return ran.stdout.trim().replace(/^go/, '');
}

function isOld(version: string): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

async function plan(project: Project, options: BuildOptions, context: BuildContext): Promise<BuildPlan> {
  const { folder } = project;
  const found = goProgram(context);
  if (!('path' in found)) throw new UserError('tool-missing', l10n.t('This project is built by go, which was not found. Looked at: {0}.', found.tried.join(', ')), install);
  const targets = project.file !== undefined ? [{ name: path.parse(project.file).name, package: path.basename(project.file) }]
    : targetsOf(await listed(found.path, project, options, context), project.name);
  const wanted = options.target === undefined ? targets : targets.filter(target => target.name === options.target);
  if (wanted.length === 0) throw new UserError('no-project', l10n.t('{0} has no main package for WASI{1}.', project.name, options.target === undefined ? '' : l10n.t(' that is named {0}', options.target)));
  const out = profileFolder(folder, options.profile);
  const built = wanted.map(target => ({ target, file: path.join(out, `${target.name}.wasm`) }));
  const steps = built.map(({ target, file }) => {
    const args = ['build', ...profileArgs[options.profile], ...options.args ?? [], '-o', path.relative(folder, file), target.package];
    const command: Command = { tool: found.path, args, cwd: folder, env };
    return { command, inputs: [], outputs: [], stage: 0, subject: path.join(folder, project.marker) };
  });
  return {
    steps,
    modules: () => built.map(({ target, file }) => ({ target: target.name, path: file })),
    diagnostics: (step, report) => goParser({ cwd: folder, subject: step.subject }, report),
    compiler: `go (${found.path})`,
    // go makes the output's folder, but the .gitignore beside it is ours to write.
    files: [{ path: path.join(folder, buildFolderName, '.gitignore'), text: '*\n' }],
  };
}

/** The main packages for wasip1 as go sees them; where go can't load the module, as their text says, so that building tells what is wrong. */
async function listed(tool: string, project: Project, options: BuildOptions, context: BuildContext): Promise<readonly string[]> {
  const scanned = await mainPackages(project.folder);
  // go's own list costs a tenth of a second, and only says what can be left out.
  if (scanned.length === 1 || options.target !== undefined) return scanned;
  const args = ['list', '-e', '-f', '{{if eq .Name "main"}}{{if .GoFiles}}{{.Dir}}{{end}}{{end}}', './...'];
  const ran = await capture(context.exec, { tool, args, cwd: project.folder, env }, context.signal);
  const folders = ran.stdout.split(/\r?\n/).filter(line => line !== '').map(folder => path.relative(project.folder, folder).split(path.sep).join('/'));
  return ran.code === 0 && folders.length > 0 ? folders.filter(folder => !folder.startsWith('..')) : scanned;
}
