import { resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';
import { profiles, type Profile } from '../build/project';
import { parsePublished } from '../engine/ports';
import { isImageName } from '../image/target';
import { parseMount } from '../run/check';
import type { Mount } from '../run/request';

/** What a launch configuration of type `wasi` may say, besides its type, request and name. */
export interface LaunchConfiguration {
  readonly program?: string;
  readonly target?: string;
  readonly profile?: Profile;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly cwd?: string;
  readonly preopens?: readonly Preopen[];
  readonly stdin?: string;
  readonly runtime?: string;
  readonly limits?: LaunchLimits;
  readonly listen?: readonly string[];
  readonly connect?: readonly string[];
  /** All calls, or groups and names of calls: `file,socket`. */
  readonly trace?: boolean | string;
  readonly docker?: LaunchDocker;
  readonly console?: Console;
  /** Opens a browser once the program serves: when it listens, or when it prints what `pattern` says. */
  readonly openBrowser?: boolean | BrowserWish;
}

/** Which page is opened: `%s` in `url` is what the first group of `pattern` matched, or the port. */
export interface BrowserWish { readonly pattern?: string; readonly url?: string }

/** What runtime docker is told besides. */
export interface LaunchDocker {
  readonly context?: string;
  readonly runtime?: string;
  readonly platform?: string;
  readonly ports?: readonly string[];
  readonly mounts?: readonly string[];
  readonly network?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly remove?: boolean;
}

/** Where a program prints and reads: a terminal of the editor's, the Debug Console, or a terminal window of the system's. */
export type Console = 'integratedTerminal' | 'internalConsole' | 'externalTerminal';

export type Preopen = string | { readonly host: string; readonly guest?: string; readonly readonly?: boolean };

export interface LaunchLimits {
  /** Bytes, or a number with a unit: `64M`. */
  readonly memory?: number | string;
  /** Seconds. */
  readonly time?: number;
  /** Bytes, or a number with a unit. */
  readonly output?: number | string;
  /** Files that the program has open at once. */
  readonly openFiles?: number;
}

/** What fills the gaps of a configuration: settings, and what the program is. */
export interface LaunchDefaults {
  /** The folder that relative paths start at. */
  readonly folder: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly preopens: readonly Preopen[];
  readonly runtime: string;
  readonly limits: LaunchLimits;
  readonly docker?: Pick<LaunchDocker, 'context' | 'runtime' | 'platform'>;
  /** Whether a path is there, which tells a program's path from an image's name. */
  exists?(path: string): boolean;
}

/** A configuration with nothing left open: absolute paths, defaults put in. */
export interface ResolvedLaunch {
  readonly program: string;
  readonly target?: string;
  readonly profile?: Profile;
  readonly console: Console;
  readonly cwd: string;
  /** Options of `wasm-workbench run`, before its TARGET. */
  readonly options: readonly string[];
  readonly args: readonly string[];
  /** Options that trace the program, where it is to be traced. */
  readonly trace?: readonly string[];
  /** The program may serve: what is opened then, or (without `open`) offered. */
  readonly serves?: BrowserWish & { readonly open: boolean };
  /** Whether the program is an image's name. */
  readonly image?: boolean;
  /** What the editor's own host is told, where the program is to run there. */
  readonly inEditor?: EditorRun;
}

/** What the editor's own WASI host needs besides the module and its arguments. */
export interface EditorRun {
  readonly env: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly mounts: readonly Mount[];
  readonly stdin?: string;
  /** Seconds. */
  readonly time?: number;
  /** What was asked for and that host has not, for people. */
  readonly unmet: readonly string[];
}

/**
 * Checks a configuration and completes it. What it can say, the command line's options can say too, so that both make the same run.
 * Throws a UserError ('usage') that names the property.
 */
export function resolveLaunch(written: Readonly<Record<string, unknown>>, defaults: LaunchDefaults): ResolvedLaunch {
  const read = readConfiguration(written);
  const { program, target, profile } = read;
  if (program === undefined) throw wrong('program', l10n.t('names what to run'));
  const cwd = resolve(defaults.folder, read.cwd ?? '.');
  const env = { ...defaults.env, ...read.env };
  const limits = { ...defaults.limits, ...read.limits };
  const runtime = read.runtime ?? defaults.runtime;
  const image = runtime === 'docker' && isImageName(program) && defaults.exists?.(resolve(cwd, program)) !== true;
  const preopens = read.preopens ?? (image ? [] : defaults.preopens);
  const docker = runtime === 'docker' ? dockerOptions({ ...withoutEmpty(defaults.docker ?? {}), ...read.docker }) : [];
  const options = [
    // Where the editor's host is not there, the default serves.
    ...(runtime === 'auto' || runtime === 'editor' ? [] : ['--runtime', runtime]),
    ...preopens.flatMap(preopen => ['--dir', preopenText(preopen, cwd)]),
    ...(read.envFile === undefined ? [] : ['--env-file', resolve(cwd, read.envFile)]),
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...(read.stdin === undefined ? [] : ['--stdin', resolve(cwd, read.stdin)]),
    ...(limits.memory === undefined ? [] : ['--max-memory', String(limits.memory)]),
    ...(limits.time === undefined ? [] : ['--timeout', String(limits.time)]),
    ...(limits.output === undefined ? [] : ['--max-output', String(limits.output)]),
    ...(limits.openFiles === undefined ? [] : ['--max-files', String(limits.openFiles)]),
    ...(read.listen ?? []).flatMap(address => ['--listen', address]),
    ...(read.connect ?? []).flatMap(address => ['--connect', address]),
    ...docker,
  ];
  return {
    program: image ? program : resolve(cwd, program), cwd, options,
    args: read.args ?? defaults.args,
    console: read.console ?? 'integratedTerminal',
    ...(read.trace === undefined || read.trace === false ? {} : { trace: [read.trace === true ? '--trace' : `--trace=${read.trace}`] }),
    ...servesOf(read, runtime === 'docker' ? read.docker?.ports : read.listen),
    ...(runtime === 'editor' ? { inEditor: editorRun(read, cwd, env, read.preopens ?? defaults.preopens, limits) } : {}),
    ...(image ? { image } : {}),
    ...(target === undefined ? {} : { target }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function servesOf({ openBrowser }: LaunchConfiguration, ports: readonly string[] = []): Pick<ResolvedLaunch, 'serves'> {
  if (openBrowser === undefined || openBrowser === false) return ports.length === 0 ? {} : { serves: { open: false } };
  return { serves: { open: true, ...(openBrowser === true ? {} : openBrowser) } };
}

function withoutEmpty<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')) as Partial<T>;
}

/** The options of `wasm-workbench run` that say the same. */
function dockerOptions(docker: LaunchDocker): string[] {
  const one = (option: string, value: string | undefined): string[] => (value === undefined ? [] : [option, value]);
  return [
    ...one('--docker-context', docker.context), ...one('--docker-runtime', docker.runtime), ...one('--platform', docker.platform), ...one('--network', docker.network), ...one('--name', docker.name),
    ...(docker.ports ?? []).flatMap(port => (parsePublished(port), ['--publish', port])), ...(docker.mounts ?? []).flatMap(mount => ['--dir', mount]),
    ...Object.entries(docker.annotations ?? {}).flatMap(([key, value]) => ['--annotation', `${key}=${value}`]), ...(docker.remove === false ? ['--keep'] : []),
  ];
}

function editorRun(read: LaunchConfiguration, cwd: string, env: Readonly<Record<string, string>>, preopens: readonly Preopen[], limits: LaunchLimits): EditorRun {
  const unmet = [
    ...(limits.memory === undefined ? [] : [l10n.t('memory limit')]), ...(limits.openFiles === undefined ? [] : [l10n.t('limit of open files')]), ...(limits.output === undefined ? [] : [l10n.t('output limit')]),
    ...((read.listen ?? read.connect ?? []).length === 0 ? [] : [l10n.t('sockets')]),
    ...(read.trace === undefined || read.trace === false ? [] : [l10n.t('trace')]),
  ];
  return {
    env, unmet, mounts: preopens.map(preopen => parseMount(preopenText(preopen, cwd), cwd)),
    ...(read.envFile === undefined ? {} : { envFile: resolve(cwd, read.envFile) }),
    ...(read.stdin === undefined ? {} : { stdin: resolve(cwd, read.stdin) }),
    ...(limits.time === undefined ? {} : { time: limits.time }),
  };
}

/** The arguments of our command line that run a module as a configuration says. */
export function runArguments(launch: Pick<ResolvedLaunch, 'options' | 'args' | 'trace' | 'image'>, module: string): readonly string[] {
  return ['run', ...launch.options, ...launch.trace ?? [], module, ...(launch.args.length === 0 && launch.image === true ? [] : ['--', ...launch.args])];
}

/** The preopens where neither configuration nor settings say any: a project's program sees its workspace folder, a lone module nothing. */
export function defaultPreopens(configured: readonly Preopen[], folder: string | undefined): readonly Preopen[] {
  return configured.length > 0 || folder === undefined ? configured : [{ host: folder, guest: '/' }];
}

function preopenText(preopen: Preopen, cwd: string): string {
  if (typeof preopen === 'string') {
    parseMount(preopen, cwd);
    return preopen;
  }
  const { host, guest, readonly } = preopen;
  if (readonly === true) return `${host}::${guest ?? host}::ro`;
  return guest === undefined ? host : `${host}::${guest}`;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

type Check = (value: unknown) => boolean;
const isText: Check = value => typeof value === 'string';
const isTexts: Check = value => Array.isArray(value) && value.every(isText);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize: Check = value => (typeof value === 'number' && value > 0) || (typeof value === 'string' && /^\d+\s*([KMG]i?B?)?$/.test(value));
const isPreopen: Check = value => (isText(value) && value !== '') || (isRecord(value) && isText(value['host']) && value['host'] !== ''
  && (value['guest'] === undefined || isText(value['guest'])) && (value['readonly'] === undefined || typeof value['readonly'] === 'boolean'));

const dockerChecks: Readonly<Record<keyof LaunchDocker, Check>> = {
  context: isText, runtime: isText, platform: isText, network: isText, name: isText, mounts: isTexts, remove: value => typeof value === 'boolean',
  ports: isTexts,
  annotations: value => isRecord(value) && Object.values(value).every(isText),
};
const isDocker: Check = value => isRecord(value) && Object.entries(value).every(([name, one]) => name in dockerChecks && dockerChecks[name as keyof LaunchDocker](one));

/** What each property must be; the sentence is said where it is not. */
function properties(): Readonly<Record<keyof LaunchConfiguration, readonly [Check, string]>> {
  const text: readonly [Check, string] = [value => isText(value) && value !== '', l10n.t('must be a text')];
  return {
    program: text, target: text, envFile: text, cwd: text, stdin: text, runtime: text,
    profile: [value => profiles.some(profile => profile === value), l10n.t('must be one of {0}', profiles.join(', '))],
    args: [isTexts, l10n.t('must be a list of strings')],
    env: [value => isRecord(value) && Object.values(value).every(isText), l10n.t('must map names to strings')],
    preopens: [value => Array.isArray(value) && value.every(isPreopen), l10n.t('must be a list of HOST, HOST::GUEST or HOST::GUEST::ro')],
    limits: [
      value => isRecord(value) && Object.entries(value).every(([name, limit]) => (name === 'time' ? typeof limit === 'number' && limit > 0 : name === 'openFiles' ? Number.isInteger(limit) && Number(limit) > 0 : ['memory', 'output'].includes(name) && isSize(limit))),
      l10n.t('has memory and output in bytes (or as 64M), time in seconds, and a number of openFiles'),
    ],
    listen: [isTexts, l10n.t('must be a list of PORT, HOST:PORT or *')],
    connect: [isTexts, l10n.t('must be a list of HOST:PORT, HOST or *')],
    docker: [isDocker, l10n.t('has context, runtime, platform, network and name as texts, ports as HOST:GUEST, mounts as HOST::GUEST, annotations as texts, and remove as true or false')],
    trace: [value => typeof value === 'boolean' || (isText(value) && value !== ''), l10n.t('must be true, or groups of calls such as file,socket')],
    openBrowser: [
      value => typeof value === 'boolean' || (isRecord(value) && Object.entries(value).every(([name, one]) => (name === 'pattern' ? isText(one) && isPattern(String(one)) : name === 'url' && isText(one)))),
      l10n.t('must be true, or have a pattern (a regular expression) and a url'),
    ],
    console: [value => value === 'integratedTerminal' || value === 'internalConsole' || value === 'externalTerminal', l10n.t('must be integratedTerminal, internalConsole or externalTerminal')],
  };
}

function readConfiguration(written: Readonly<Record<string, unknown>>): LaunchConfiguration {
  const read: Record<string, unknown> = {};
  for (const [name, [check, why]] of Object.entries(properties())) {
    const value = written[name];
    if (value === undefined || value === null) continue;
    if (!check(value)) throw wrong(name, why);
    read[name] = value;
  }
  return read;
}

function wrong(property: string, why: string): UserError {
  return new UserError('usage', l10n.t('The property {0} of the launch configuration {1}.', property, why), [
    { label: l10n.t('Open launch.json'), action: { kind: 'command', command: 'workbench.action.debug.configure' } },
  ]);
}
