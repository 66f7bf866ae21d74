import * as l10n from '@vscode/l10n';
import { basename, resolve } from 'node:path';
import type { Exit } from '../base/command';
import { isUserError, UserError } from '../base/error';
import { Engine } from '../engine/engine';
import { sweep, temporaryImage } from '../engine/owner';
import { addressOf, hostOf, parsePublished, waitForPort } from '../engine/ports';
import type { Blobs } from '../image/oci';
import { parsePlatform, showPlatform, type Platform } from '../image/oci';
import { openImage } from '../image/open';
import { packImage } from '../image/pack';
import { parseReference } from '../image/reference';
import { engineLogin, hasEngineImage, loadIntoEngine, platformOfEngineImage, pullIntoEngine, removeEngineImage } from '../image/stores/engine';
import { defaultPlatform, hasTerminals, refuseInDocker, runImageInDocker, type DockerWish, type ImageRun } from '../run/inDocker';
import { checkRequest } from '../run/check';
import { parseReady, tellReady } from '../run/ready';
import type { RunRequest } from '../run/request';
import type { Arguments } from './arguments';
import { containerIo } from './containerIo';
import { cliLog, toolPaths } from './context';
import type { CliIo } from './io';
import { remedyText } from './main';
import { progressLine } from './progress';

/** What the options of `run` say to an engine; environment variables stand for the editor's settings. */
export function dockerWish(args: Arguments, io: CliIo): DockerWish {
  const chosen = (option: string, variable: string): string | undefined => {
    const value = args.one(option) ?? io.env[variable];
    return value === undefined || value === '' ? undefined : value;
  };
  const context = chosen('docker-context', 'WASM_WORKBENCH_DOCKER_CONTEXT');
  const runtime = chosen('docker-runtime', 'WASM_WORKBENCH_DOCKER_RUNTIME');
  const platform = chosen('platform', 'WASM_WORKBENCH_DOCKER_PLATFORM');
  const network = args.one('network');
  const name = args.one('name');
  return {
    ports: args.all('publish').map(parsePublished), annotations: Object.fromEntries(args.all('annotation').map(annotation)), keep: args.has('keep'),
    ...(context === undefined ? {} : { context }), ...(runtime === undefined ? {} : { runtime }), ...(platform === undefined ? {} : { platform: showPlatform(parsePlatform(platform)) }),
    ...(network === undefined ? {} : { network }), ...(name === undefined ? {} : { name }),
  };
}

function annotation(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UserError('usage', l10n.t("'{0}' has not the form {1}.", text, 'KEY=VALUE'));
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Packs a module for one run, runs it in Docker, and removes the image. */
export async function moduleInDocker(request: RunRequest, io: CliIo): Promise<Exit> {
  const wish = request.docker ?? { ports: [], annotations: {}, keep: false };
  refuseInDocker(request, wish);
  checkRequest(request);
  return withEngine(wish, io, async engine => {
    const packed = await packImage({
      module: request.module, additions: [], env: {}, labels: {}, expose: [], platform: parsePlatform(wish.platform ?? defaultPlatform), compress: false,
    }, { signal: io.signal });
    try {
      return await withLoaded(engine, packed, io, image => runOn(engine, { ...request, image, title: basename(request.module), docker: wish }, io));
    } finally {
      await packed.dispose();
    }
  });
}

/** Runs an image in Docker: an image file or folder is loaded for the run, a name is pulled where the engine has it not. */
export async function imageInDocker(target: string, isFile: boolean, run: Omit<ImageRun, 'image'>, io: CliIo): Promise<Exit> {
  checkRequest(run);
  return withEngine(run.docker, io, async engine => {
    if (isFile) {
      const opened = await openImage(target, text => resolve(io.cwd, text), io.signal);
      try {
        return await withLoaded(engine, opened, io, image => runOn(engine, { ...run, image, title: basename(target) }, io));
      } finally {
        await opened.dispose();
      }
    }
    const wished = run.docker.platform === undefined ? undefined : parsePlatform(run.docker.platform);
    if (!await hasEngineImage(engine, target, io.signal)) await pull(engine, target, wished ?? parsePlatform(defaultPlatform), io);
    // Told to an engine as what the image is: one for wasi/wasm32 is not there for wasi/wasm.
    const platform = wished ?? await platformOfEngineImage(engine, target, io.signal);
    return runOn(engine, { ...run, image: target, docker: { ...run.docker, ...(platform === undefined ? {} : { platform: showPlatform(platform) }) } }, io);
  });
}

/** Sweeps beside the work what processes that were killed left at the engine. */
async function withEngine<T>(wish: DockerWish, io: CliIo, work: (engine: Engine) => Promise<T>): Promise<T> {
  const docker = toolPaths(io.env)['docker'];
  const engine = await Engine.at({ ...(wish.context === undefined ? {} : { context: wish.context }), ...(docker === undefined ? {} : { docker }) });
  const sweeping = sweep(engine, cliLog(io), AbortSignal.any([io.signal, AbortSignal.timeout(30_000)])).catch(() => {});
  try {
    return await work(engine);
  } finally {
    await sweeping;
  }
}

async function withLoaded<T>(engine: Engine, image: Blobs, io: CliIo, work: (name: string) => Promise<T>): Promise<T> {
  const name = temporaryImage();
  try {
    await loadIntoEngine(engine, image, parseReference(name), { signal: io.signal });
    return await work(name);
  } finally {
    // What was never loaded, or is gone already, needs no removal.
    await removeEngineImage(engine, name, AbortSignal.timeout(10_000), true).catch(() => {});
  }
}

async function pull(engine: Engine, target: string, platform: Platform, io: CliIo): Promise<void> {
  const name = parseReference(target);
  const line = progressLine(io, l10n.t('Pulling {0}', target));
  try {
    const auth = await engineLogin(name, io.signal);
    await pullIntoEngine(engine, name, platform, { signal: io.signal, progress: line.report, ...(auth === undefined ? {} : { auth }) });
  } finally {
    line.end();
  }
}

async function runOn(engine: Engine, run: ImageRun, io: CliIo): Promise<Exit> {
  const streams = containerIo(io, hasTerminals(run.docker.runtime));
  const over = new AbortController();
  try {
    return await runImageInDocker(engine, run, {
      ...streams.io,
      started: () => { for (const { host, protocol } of run.docker.ports) if (host !== 0 && protocol === 'tcp') void announce(hostOf(engine.endpoint), host, io, over.signal); },
    }, cliLog(io), trouble => {
      io.stderr(`${l10n.t('note')}: ${trouble.message}\n`);
      for (const line of trouble.remedies.flatMap(remedyText)) io.stderr(`  ${line}\n`);
    });
  } catch (error) {
    if (streams.interrupted() && !isUserError(error)) return { code: 130, signal: 'SIGINT' };
    throw error;
  } finally {
    over.abort();
    streams.end();
  }
}

async function announce(host: string, port: number, io: CliIo, signal: AbortSignal): Promise<void> {
  const ready = parseReady(io.env['WASM_WORKBENCH_READY']);
  if ((ready === undefined && !io.terminal(2)) || !await waitForPort(host, port, signal)) return;
  // Whoever started us tells it himself.
  if (ready !== undefined) tellReady(ready, { listening: `${host.includes(':') ? `[${host}]` : host}:${String(port)}` });
  else io.stderr(l10n.t('Port {0} answers: {1}', port, addressOf(host, port)) + '\n');
}
