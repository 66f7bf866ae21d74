import * as l10n from '@vscode/l10n';
import { watch as watchFolder } from 'node:fs';
import { resolve } from 'node:path';
import { isUserError, UserError } from '../base/error';
import * as builds from '../build/index';
import type { BuildContext, BuildOutput, BuildResult, Diagnostic, Profile, Project } from '../build/index';
import { buildFolderName } from '../build/folders';
import { exitCodes } from '../run/hosting/spec';
import type { Arguments } from './arguments';
import { colors, type CliIo } from './io';
import { remedyText, report } from './main';
import { buildContext } from './surroundings';

/** The options of a build that verbs share. */
export function buildOptions(args: Arguments, io: CliIo): builds.BuildOptions {
  const target = args.one('target');
  return { profile: (args.one('profile') ?? 'debug') as Profile, colors: colors(io, 2), ...(target === undefined ? {} : { target }) };
}

/** Shows a build as it goes on standard error: commands as typed, what tools print, a line of progress on a terminal. */
export function buildOutput(io: CliIo, keep?: (diagnostic: Diagnostic) => void): BuildOutput {
  const terminal = io.terminal(2);
  const faint = colors(io, 2) ? (text: string): string => `\u001b[2m${text}\u001b[0m` : (text: string): string => text;
  let line = '';
  const clear = (): void => {
    if (line !== '') io.stderr('\r\u001b[K');
    line = '';
  };
  return {
    command(shown) { clear(); io.stderr(faint(shown) + '\n'); },
    text(text) { clear(); io.stderr(text); },
    diagnostic(diagnostic) { keep?.(diagnostic); },
    progress(done, total) {
      if (!terminal) return;
      clear();
      if (done < total) io.stderr(line = l10n.t('{0} of {1}', done, total));
    },
  };
}

/** `build`: exit code 0, or 1 when it failed. */
export async function build(args: Arguments, io: CliIo): Promise<number> {
  const target = onlyTarget(args);
  const context = buildContext(io, args.has('yes'));
  const project = await builds.projectAt(resolve(io.cwd, target), io.signal);
  const code = await buildOnce(project, args, io, context);
  return args.has('watch') ? watch(project, args, io, context) : code;
}

async function buildOnce(project: Project, args: Arguments, io: CliIo, context: BuildContext): Promise<number> {
  const diagnostics: Diagnostic[] = [];
  const json = args.has('json');
  try {
    const result = await builds.build(project, buildOptions(args, io), context, buildOutput(io, diagnostic => { diagnostics.push(diagnostic); }));
    if (json) io.stdout(JSON.stringify(resultJson(result), undefined, 2) + '\n');
    else tellResult(result, io);
    return 0;
  } catch (error) {
    if (json && isUserError(error) && error.code !== 'canceled') {
      const failure = { ok: false, project: projectJson(project), diagnostics, error: { code: error.code, message: error.message, remedies: error.remedies.flatMap(remedyText) } };
      io.stdout(JSON.stringify(failure, undefined, 2) + '\n');
    }
    return report(error, io);
  }
}

function tellResult(result: BuildResult, io: CliIo): void {
  for (const module of result.modules) io.stdout(module.path + '\n');
  const time = `${(result.duration / 1000).toFixed(2)} s`;
  const sizes = result.modules.map(module => l10n.t('{0} {1} kB', module.target, Math.ceil(module.info.size / 1000))).join(', ');
  io.stderr(result.executed === 0 && result.upToDate > 0
    ? l10n.t('{0} is up to date ({1}).', result.project.name, result.profile) + '\n'
    : l10n.t('Built {0} ({1}) in {2}: {3}.', result.project.name, result.profile, time, sizes) + '\n');
}

function projectJson(project: Project): object {
  const { name, folder, toolchain, file } = project;
  return { name, folder, toolchain, ...(file === undefined ? {} : { file }) };
}

function resultJson(result: BuildResult): object {
  const { profile, diagnostics, executed, upToDate, duration, compiler } = result;
  return {
    ok: true, project: projectJson(result.project), profile, ...(compiler === undefined ? {} : { compiler }),
    modules: result.modules.map(({ target, path, info }) => ({ target, path, size: info.size, kind: info.kind, wasi: info.wasi })),
    diagnostics, executed, upToDate, milliseconds: Math.round(duration),
  };
}

/** Builds again after each change until Ctrl+C. */
async function watch(project: Project, args: Arguments, io: CliIo, context: BuildContext): Promise<number> {
  const ours = (file: string): boolean => file.split(/[\\/]/).some(part => part === buildFolderName || part === '.git' || part === 'target' || part === 'node_modules');
  const changes: { told?: () => void; pending: boolean } = { pending: false };
  let timer: NodeJS.Timeout | undefined;
  const watcher = watchFolder(project.folder, { recursive: true }, (_, file) => {
    if (file !== null && ours(file)) return;
    clearTimeout(timer);
    // Editors write a file in several steps.
    timer = setTimeout(() => {
      changes.pending = true;
      changes.told?.();
    }, 80);
  });
  try {
    for (;;) {
      io.stderr(l10n.t('Watching {0} for changes; Ctrl+C ends it.', project.folder) + '\n');
      if (!changes.pending) {
        await new Promise<void>(done => {
          changes.told = done;
          io.signal.addEventListener('abort', () => { done(); }, { once: true });
        });
      }
      if (io.signal.aborted) return exitCodes.interrupted;
      changes.pending = false;
      await buildOnce(project, args, io, context);
    }
  } finally {
    clearTimeout(timer);
    watcher.close();
  }
}

/** `clean`. */
export async function clean(args: Arguments, io: CliIo): Promise<number> {
  const projects = await builds.projectsAt(resolve(io.cwd, onlyTarget(args)), io.signal);
  const context = buildContext(io, false);
  for (const project of projects) await builds.clean(project, context, buildOutput(io));
  if (args.has('json')) io.stdout(JSON.stringify({ ok: true, projects: projects.map(projectJson) }, undefined, 2) + '\n');
  return 0;
}

function onlyTarget(args: Arguments): string {
  if (args.positionals.length > 1) throw new UserError('usage', l10n.t('One TARGET is expected, not {0}: {1}.', args.positionals.length, args.positionals.join(' ')));
  return args.positionals[0] ?? '.';
}
