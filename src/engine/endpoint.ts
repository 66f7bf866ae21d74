import * as l10n from '@vscode/l10n';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import type { Command } from '../base/command';
import { messageOf, systemCode, UserError } from '../base/error';
import { findProgram, type Machine, thisMachine } from '../base/find';

/** How bytes reach an engine. */
export type Transport =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: Tls }
  /** Docker's own command line as a pipe: it knows ssh with the user's configuration, and whatever else a context can name. */
  | { readonly kind: 'dial'; readonly command: Command };

export interface Tls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly verify: boolean;
}

/** An engine that can be connected to, and why it is this one. */
export interface Endpoint {
  /** What the user calls it: a context's name, or `default`. */
  readonly context: string;
  readonly from: 'setting' | 'DOCKER_HOST' | 'DOCKER_CONTEXT' | 'config' | 'default';
  /** As Docker writes it: `unix:///var/run/docker.sock`. */
  readonly address: string;
  readonly transport: Transport;
  /** Every place that was looked at, where there was a choice. */
  readonly tried: readonly string[];
}

/** What resolution knows of the machine; made of `process` unless a test says otherwise. */
export interface Place {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly uid: number | undefined;
  /** A file's content, or undefined when it isn't there. */
  read(file: string): Buffer | undefined;
  /** Whether a socket is there, and may be written to. */
  socket(path: string): 'none' | 'denied' | 'usable';
  readonly machine: Machine;
}

/** This machine. */
export function thisPlace(env: NodeJS.ProcessEnv = process.env): Place {
  return {
    platform: process.platform, env, home: homedir(), uid: process.getuid?.(), machine: env === process.env ? thisMachine : { ...thisMachine, env },
    read(file) {
      try {
        return readFileSync(file);
      } catch (error) {
        if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
        throw new UserError('engine.config', l10n.t("Can't read {0}, which says how Docker is reached: {1}.", file, messageOf(error)), [], { cause: error });
      }
    },
    socket(at) {
      if (!existsSync(at)) return 'none';
      try {
        accessSync(at, constants.R_OK | constants.W_OK);
        return 'usable';
      } catch {
        return 'denied';
      }
    },
  };
}

export interface EndpointWish {
  /** The user's own choice of a context; empty or missing means what Docker's command line would take. */
  readonly context?: string;
  /** Docker's command line, where the user says where it is. */
  readonly docker?: string;
}

/** Which engine is meant, as Docker's command line decides it: DOCKER_HOST, DOCKER_CONTEXT, the configuration's current context, the default. Throws UserError. */
export function resolveEndpoint(wish: EndpointWish, place: Place = thisPlace()): Endpoint {
  const { env } = place;
  if (wish.context !== undefined && wish.context !== '') return contextEndpoint(wish.context, 'setting', wish, place);
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '') return { context: 'default', from: 'DOCKER_HOST', address: host, tried: [], transport: transportOf(host, environmentTls(place), wish, place, ['-H', host]) };
  const chosen = env['DOCKER_CONTEXT'];
  if (chosen !== undefined && chosen !== '') return contextEndpoint(chosen, 'DOCKER_CONTEXT', wish, place);
  const current = currentContext(place);
  return current === undefined ? defaultEndpoint('default', place) : contextEndpoint(current, 'config', wish, place);
}

/** Docker's folder of the user: `~/.docker`, or where DOCKER_CONFIG points. */
function configFolder(place: Place): string {
  const given = place.env['DOCKER_CONFIG'];
  return given !== undefined && given !== '' ? given : flavour(place).join(place.home, '.docker');
}

function flavour(place: Place): path.PlatformPath {
  return place.platform === 'win32' ? path.win32 : path.posix;
}

function currentContext(place: Place): string | undefined {
  const file = flavour(place).join(configFolder(place), 'config.json');
  const name = parsed(file, place)?.['currentContext'];
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function parsed(file: string, place: Place): Readonly<Record<string, unknown>> | undefined {
  const bytes = place.read(file);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    throw new UserError('engine.config', l10n.t('{0} is not valid JSON, so that it is unknown how Docker is reached: {1}. Correct it, or move it away.', file, messageOf(error)), [], { cause: error });
  }
}

function contextEndpoint(name: string, from: Endpoint['from'], wish: EndpointWish, place: Place): Endpoint {
  if (name === 'default') return defaultEndpoint(from, place);
  const join = (...parts: string[]): string => flavour(place).join(...parts);
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(configFolder(place), 'contexts', 'meta', id, 'meta.json');
  const { Endpoints: endpoints } = (parsed(file, place) ?? {}) as { Endpoints?: { docker?: { Host?: unknown; SkipTLSVerify?: unknown } } };
  const docker = endpoints?.docker;
  if (typeof docker?.Host !== 'string' || docker.Host === '') {
    throw new UserError('engine.context', l10n.t('There is no Docker context {0}: {1} is not there, or names no engine.', JSON.stringify(name), file), [
      { label: l10n.t('List the contexts'), action: { kind: 'terminal', line: 'docker context ls' } },
      { label: l10n.t('Choose Another'), action: { kind: 'setting', setting: 'wasmWorkbench.docker.context' } },
    ]);
  }
  const tlsFolder = join(configFolder(place), 'contexts', 'tls', id, 'docker');
  const tls = tlsFiles(tlsFolder, docker.SkipTLSVerify !== true, place);
  return { context: name, from, address: docker.Host, tried: [], transport: transportOf(docker.Host, tls, wish, place, ['--context', name]) };
}

function tlsFiles(folder: string, verify: boolean, place: Place): Tls | undefined {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map(name => place.read(flavour(place).join(folder, name)));
  if (ca === undefined && cert === undefined && key === undefined && verify) return undefined;
  return { verify, ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
}

function environmentTls(place: Place): Tls | undefined {
  const { DOCKER_CERT_PATH: folder, DOCKER_TLS_VERIFY: verify } = place.env;
  if (folder === undefined && (verify === undefined || verify === '')) return undefined;
  return tlsFiles(folder ?? configFolder(place), verify !== undefined && verify !== '', place) ?? { verify: true };
}

/** How an address is reached; `choice` is what tells Docker's own command line the same. */
function transportOf(address: string, tls: Tls | undefined, wish: EndpointWish, place: Place, choice: readonly string[]): Transport {
  const [, scheme = 'tcp', rest = address] = /^([a-z]+):\/\/(.*)$/i.exec(address) ?? [];
  switch (scheme.toLowerCase()) {
    case 'unix':
      return { kind: 'socket', path: rest === '' ? '/var/run/docker.sock' : rest };
    case 'npipe':
      // npipe:////./pipe/docker_engine
      return { kind: 'socket', path: rest === '' ? '//./pipe/docker_engine' : rest };
    case 'tcp':
    case 'http':
    case 'https': {
      const secure = tls !== undefined || scheme === 'https' || /:2376\/?$/.test(rest);
      const match = /^(\[[0-9a-f:]+\]|[^:/]+)(?::(\d+))?\/?$/i.exec(rest);
      // A path behind the port, or what else only Docker's own command line knows.
      if (match?.[1] === undefined) break;
      return { kind: 'tcp', host: match[1].replace(/^\[|\]$/g, ''), port: Number(match[2] ?? (secure ? 2376 : 2375)), ...(secure ? { tls: tls ?? { verify: true } } : {}) };
    }
    default:
  }
  const docker = dockerProgram(wish, place);
  if (docker === undefined) {
    throw new UserError('engine.no-docker', l10n.t("The engine at {0} is reached by Docker's own command line, and there is no program docker on PATH.", address), [
      { label: l10n.t('Install Docker'), action: { kind: 'url', url: 'https://docs.docker.com/engine/install/' } },
      { label: l10n.t('Say where docker is'), action: { kind: 'setting', setting: 'wasmWorkbench.paths.docker' } },
    ]);
  }
  // DOCKER_HOST would win over --context.
  const env = choice[0] === '--context' ? { DOCKER_HOST: undefined } : {};
  return { kind: 'dial', command: { tool: docker, args: [...choice, 'system', 'dial-stdio'], cwd: place.home, env } };
}

/** Docker's own command line. */
export function dockerProgram(wish: EndpointWish, place: Place = thisPlace()): string | undefined {
  const known = place.platform === 'darwin' ? ['/usr/local/bin/docker', '/opt/homebrew/bin/docker', '/Applications/Docker.app/Contents/Resources/bin/docker'] : [];
  const found = findProgram(['docker'], [...(wish.docker === undefined || wish.docker === '' ? [] : [wish.docker]), ...known], place.machine);
  return 'path' in found ? found.path : undefined;
}

/** The places of a local engine: Docker's, Docker Desktop's, a rootless one's, Podman's, and those of other desktops. */
export function localSockets(place: Place): readonly string[] {
  if (place.platform === 'win32') return ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine', '//./pipe/podman-machine-default'];
  const runtime = place.env['XDG_RUNTIME_DIR'] ?? (place.platform === 'linux' && place.uid !== undefined ? `/run/user/${String(place.uid)}` : undefined);
  const home = (...parts: string[]): string => path.posix.join(place.home, ...parts);
  return [
    '/var/run/docker.sock', home('.docker', 'run', 'docker.sock'), home('.docker', 'desktop', 'docker.sock'),
    ...(runtime === undefined ? [] : [path.posix.join(runtime, 'docker.sock'), path.posix.join(runtime, 'podman', 'podman.sock')]),
    '/run/podman/podman.sock', home('.local', 'share', 'containers', 'podman', 'machine', 'podman.sock'), home('.colima', 'default', 'docker.sock'), home('.rd', 'docker.sock'),
  ];
}

/** The first local socket that may be used, else the first that is there, so that what is wrong with it can be said. */
function defaultEndpoint(from: Endpoint['from'], place: Place): Endpoint {
  const tried = localSockets(place);
  const states = tried.map(at => place.socket(at));
  const at = tried[states.indexOf('usable')] ?? tried[states.indexOf('denied')] ?? tried[0] ?? '';
  return { context: 'default', from, address: `${place.platform === 'win32' ? 'npipe' : 'unix'}://${at}`, transport: { kind: 'socket', path: at }, tried };
}
