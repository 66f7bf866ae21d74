import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { showCommand } from '../base/command';
import { isUserError, systemCode, UserError } from '../base/error';
import { readModuleFile } from '../wasm/read';
import { plainText } from './diagnostics/lines';
import { buildFolderName, profileFolder } from './folders';
import { lockFolder } from './lock';
import type { BuildContext, BuildOptions, BuildOutput, BuildPlan, BuildResult, BuiltModule, Diagnostic, PlannedFile, Project, Target } from './project';
import { BuildRecord } from './record';
import { runSteps, type Failure } from './steps';
import { toolchainOf } from './toolchains/index';

/** Diagnostics that one build tells; a broken header can bring about tens of thousands. */
const diagnosticLimit = 2000;

/**
 * Builds a project. Two builds of one folder wait for each other. Throws UserError: `build-failed` after its diagnostics were told,
 * `tool-missing`, `target-missing`, `no-module`, `bad-module`, `bad-path` (can't write there), `usage` (no such target); rejects with
 * the signal's reason when cancelled, once every process has ended.
 */
export async function build(project: Project, options: BuildOptions, context: BuildContext, output: BuildOutput): Promise<BuildResult> {
  const started = performance.now();
  const toolchain = toolchainOf(project.toolchain);
  if (project.targets.length > 0 && options.target !== undefined) checkTarget(project.targets, options.target);
  const release = await lockFolder(project.folder, {
    signal: context.signal,
    waiting: () => { output.text(l10n.t('Waiting for another build of {0}.', project.name) + '\n'); },
  });
  try {
    const plan = await toolchain.plan(project, options, context);
    if (plan.usesEmbedded === true) await context.prepareEmbedded?.();
    await prepare(project, plan);
    const told = new Diagnostics(output);
    const recorded = plan.steps.some(step => step.outputs.length > 0);
    const record = recorded ? await BuildRecord.open(path.join(profileFolder(project.folder, options.profile), 'record.json'), plan.compiler ?? '') : undefined;
    let stepped;
    try {
      stepped = await runSteps(plan, record, context, told);
    } finally {
      await record?.save();
    }
    if (stepped.failures.length > 0) {
      await plan.failed?.();
      throw failureOf(project, stepped.failures, told.list);
    }
    const modules = await readModules(project, await plan.modules(stepped.stdout), options, context.signal);
    return {
      project, profile: options.profile, modules, diagnostics: told.list, executed: stepped.executed, upToDate: stepped.upToDate,
      duration: performance.now() - started, ...(plan.compiler === undefined ? {} : { compiler: plan.compiler }),
    };
  } finally {
    await release();
  }
}

/** Removes what builds of the project have made. */
export async function clean(project: Project, context: BuildContext, output: BuildOutput): Promise<void> {
  const release = await lockFolder(project.folder, { signal: context.signal });
  try {
    const plan = await toolchainOf(project.toolchain).clean(project, context);
    for (const command of plan.commands) {
      output.command(showCommand(command, context.machine.platform));
      const decoder = new TextDecoder();
      const text = (chunk: Uint8Array): void => { output.text(decoder.decode(chunk, { stream: true })); };
      const exit = await context.exec(command, { stdout: text, stderr: text, signal: context.signal });
      if (exit.code !== 0) throw new UserError('build-failed', l10n.t('Cleaning {0} failed: {1} ended with code {2}.', project.name, command.tool, exit.code));
    }
    for (const target of plan.remove) {
      const inside = path.relative(project.folder, target);
      if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) throw new Error(`${target} is not inside ${project.folder}`);
      await rm(target, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => { throw writeError(target, error); });
    }
  } finally {
    await release();
  }
}

/** The one module to go on with. Throws UserError `usage` when there are several and none is named, or no such one. */
export function chooseModule(result: BuildResult, target?: string): BuiltModule {
  const { modules } = result;
  if (target !== undefined) checkTarget(modules.map(module => ({ name: module.target })), target);
  const fitting = target === undefined ? modules : modules.filter(module => module.target === target);
  const [first] = fitting;
  if (first !== undefined && fitting.length === 1) return first;
  throw new UserError('usage', l10n.t('{0} builds {1} modules: {2}. Say which one with --target.', result.project.name, modules.length, modules.map(module => module.target).join(', ')));
}

function checkTarget(targets: readonly Target[], name: string): void {
  if (targets.some(target => target.name === name)) return;
  throw new UserError('usage', l10n.t('There is no target {0}; there is: {1}.', name, targets.map(target => target.name).join(', ')));
}

/** Tells each message once, however many sources include the header that it is in. */
class Diagnostics implements BuildOutput {
  readonly list: Diagnostic[] = [];
  readonly progress: ((done: number, total: number) => void) | undefined;
  readonly #seen = new Set<string>();
  readonly #output: BuildOutput;

  constructor(output: BuildOutput) {
    this.#output = output;
    this.progress = output.progress?.bind(output);
  }

  command(shown: string): void {
    this.#output.command(shown);
  }

  text(text: string): void {
    this.#output.text(text);
  }

  diagnostic(diagnostic: Diagnostic): void {
    const { file, start, severity, message } = diagnostic;
    const key = [file, start.line, start.column, severity, message].join('\0');
    if (this.#seen.has(key) || this.list.length >= diagnosticLimit) return;
    this.#seen.add(key);
    this.list.push(diagnostic);
    this.#output.diagnostic(diagnostic);
  }
}

async function prepare(project: Project, plan: BuildPlan): Promise<void> {
  const own = path.join(project.folder, buildFolderName);
  const files: PlannedFile[] = [...plan.files ?? []];
  const outputs = plan.steps.flatMap(step => [...step.outputs, ...(step.depfile === undefined ? [] : [step.depfile])]);
  const inOwn = (file: string): boolean => file.startsWith(own + path.sep);
  // What is ours to make is nobody's to commit.
  if ([...files.map(file => file.path), ...outputs].some(inOwn)) files.push({ path: path.join(own, '.gitignore'), text: '*\n' });
  for (const folder of new Set([...outputs, ...files.map(file => file.path)].map(file => path.dirname(file)))) {
    await mkdir(folder, { recursive: true }).catch((error: unknown) => { throw writeError(folder, error); });
  }
  for (const file of files) {
    const old = await readFile(file.path, 'utf8').catch(() => undefined);
    // A file that keeps its time keeps others from being built again.
    if (old === file.text) continue;
    try {
      await writeFile(file.path, file.text);
      if (file.executable === true) await chmod(file.path, 0o755);
    } catch (error) {
      throw writeError(file.path, error);
    }
  }
}

/** The error for a file or folder of a build that can't be made. */
function writeError(file: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const why: Readonly<Record<string, string>> = {
    EACCES: l10n.t('you may not write there'),
    EPERM: l10n.t('you may not write there'),
    EROFS: l10n.t('the file system is read-only'),
    ENOSPC: l10n.t('the disk is full'),
    ENOTDIR: l10n.t('a file stands where a folder is needed'),
    EEXIST: l10n.t('a file stands where a folder is needed'),
    ENAMETOOLONG: l10n.t('the path is too long'),
  };
  return new UserError('bad-path', l10n.t("Can't write {0}: {1}. Copy the project to a folder of your own, or change the permissions.", file, why[code] ?? code), [], { cause: error });
}

async function readModules(project: Project, files: BuildResult['modules'] | Awaited<ReturnType<BuildPlan['modules']>>, options: BuildOptions, signal: AbortSignal): Promise<readonly BuiltModule[]> {
  const wanted = options.target === undefined ? files : files.filter(file => file.target === options.target);
  if (files.length > 0 && wanted.length === 0 && options.target !== undefined) checkTarget(files.map(file => ({ name: file.target })), options.target);
  if (wanted.length === 0) {
    throw new UserError('no-module', l10n.t('The build of {0} succeeded, but it wrote no WebAssembly module.', project.name), [
      { label: l10n.t('Let {0} link a program, whose name may end in .wasm, in the default build.', project.marker) },
      { label: l10n.t('Open {0}', project.marker), action: { kind: 'command', command: 'vscode.open', args: [path.join(project.folder, project.marker)] } },
    ]);
  }
  return Promise.all(wanted.map(async file => {
    try {
      return { target: file.target, path: file.path, info: await readModuleFile(file.path, signal) };
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' && !(isUserError(error) && error.code === 'not-found')) throw error;
      throw new UserError('no-module', l10n.t('The build of {0} succeeded, but it did not write {1}.', project.name, file.path), [], { cause: error });
    }
  }));
}

function failureOf(project: Project, failures: readonly Failure[], diagnostics: readonly Diagnostic[]): UserError {
  const errors = diagnostics.filter(diagnostic => diagnostic.severity === 'error');
  const [first] = errors;
  if (first !== undefined) {
    const where = `${path.relative(project.folder, first.file) || first.file}:${first.start.line}:${first.start.column}`;
    const message = first.message.split('\n', 1)[0] ?? '';
    return new UserError('build-failed', errors.length === 1
      ? l10n.t('{0} does not build: {1}: {2}', project.name, where, sentence(message))
      : l10n.t('{0} does not build: {1} errors, the first at {2}: {3}', project.name, errors.length, where, sentence(message)));
  }
  const [failure] = failures;
  const tool = failure === undefined ? '' : path.basename(failure.step.command.shownAs ?? failure.step.command.tool);
  const last = plainText(failure?.tail ?? '').trim().split('\n').at(-1)?.trim() ?? '';
  const how = failure?.exit.signal === undefined ? l10n.t('ended with code {0}', failure?.exit.code ?? 1) : l10n.t('was ended by {0}', failure.exit.signal);
  return new UserError('build-failed', l10n.t('{0} does not build: {1} {2}. {3}', project.name, tool, how, last === '' ? '' : sentence(last)).trim());
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
