import * as l10n from '@vscode/l10n';
import { isUserError, messageOf, type Remedy } from '../base/error';
import { capture, exec } from '../base/exec';
import { dockerProgram, type EndpointWish } from './endpoint';
import { Engine } from './engine';
import { sweep } from './owner';
import { noLog } from '../base/log';
import { proveRuntime, type Proof } from './prove';
import { shimRemedies } from './troubles';

/** One thing that running in Docker needs, and whether it is there. */
export interface CheckRow {
  readonly id: 'engine' | 'store' | 'runtime' | 'crun' | 'cli' | 'buildx';
  readonly title: string;
  /** `missing` is in the way; `absent` is only something less. */
  readonly state: 'ok' | 'missing' | 'absent';
  readonly detail: string;
  readonly remedies: readonly Remedy[];
}

export interface CheckWish extends EndpointWish {
  readonly runtime?: string;
  readonly platform?: string;
}

interface Info {
  readonly OperatingSystem?: string;
  readonly DriverStatus?: readonly (readonly [string, string])[] | null;
  readonly Driver?: string;
  readonly Runtimes?: Readonly<Record<string, { readonly path?: string; readonly status?: Readonly<Record<string, string>> | null } | undefined>>;
}

const defaultRuntime = 'io.containerd.wasmedge.v1';

/** Looks at all that running in Docker needs: the engine, its image store, and its runtimes, which are shown to work by running something. */
export async function checkEngine(wish: CheckWish, signal: AbortSignal, told: (row: CheckRow) => void = () => {}): Promise<readonly CheckRow[]> {
  const rows: CheckRow[] = [];
  const add = (row: CheckRow): void => {
    rows.push(row);
    told(row);
  };
  const engine = await reach(wish, signal, add);
  if (engine !== undefined) {
    void sweep(engine, noLog, signal).catch(() => {});
    const info = await engine.ask('list', {}, signal, docker => docker.info() as Promise<Info>);
    add(storeRow(info));
    const runtime = wish.runtime === undefined || wish.runtime === '' ? defaultRuntime : wish.runtime;
    const way = isCrun(info, runtime) ? { annotations: { 'run.oci.handler': 'wasm' } } : {};
    add(proofRow('runtime', runtime, await proveRuntime(engine, { runtime, ...way, ...(wish.platform === undefined || wish.platform === '' ? {} : { platform: wish.platform }) }, signal), info));
    // crun with its handler is the other way; only told where the engine has it.
    for (const name of Object.keys(info.Runtimes ?? {})) {
      if (name === runtime || !isCrun(info, name) || !handlesWasm(info, name)) continue;
      add(proofRow('crun', name, await proveRuntime(engine, { runtime: name, annotations: { 'run.oci.handler': 'wasm' } }, signal), info));
    }
  }
  for (const row of await cliRows(wish, signal)) add(row);
  return rows;
}

async function reach(wish: CheckWish, signal: AbortSignal, add: (row: CheckRow) => void): Promise<Engine | undefined> {
  const title = l10n.t('Docker Engine');
  try {
    const engine = await Engine.at(wish);
    const started = performance.now();
    const { Version, ApiVersion, Os, Arch } = await engine.ask('connect', {}, AbortSignal.any([signal, AbortSignal.timeout(15_000)]), docker => docker.version());
    const ms = Math.round(performance.now() - started);
    const { address, context } = engine.endpoint;
    add({ id: 'engine', title, state: 'ok', detail: l10n.t('{0} (API {1}, {2}) at {3}, context {4}, answers in {5} ms', Version, ApiVersion, `${Os}/${Arch}`, address, context, ms), remedies: [] });
    return engine;
  } catch (error) {
    signal.throwIfAborted();
    const late = error instanceof Error && error.name === 'TimeoutError';
    add({ id: 'engine', title, state: 'missing', detail: late ? l10n.t('It did not answer within 15 s.') : messageOf(error), remedies: isUserError(error) ? error.remedies : [] });
    return undefined;
  }
}

/** Images for wasi need the containerd image store. */
export function storeRow(info: Info): CheckRow {
  const containerd = (info.DriverStatus ?? []).some(([key, value]) => key === 'driver-type' && value.startsWith('io.containerd.snapshotter'));
  const title = l10n.t('Image store');
  if (containerd) return { id: 'store', title, state: 'ok', detail: l10n.t('containerd ({0}): it holds images for wasi/wasm', info.Driver ?? ''), remedies: [] };
  return {
    id: 'store', title, state: 'missing', detail: l10n.t('classic ({0}): it refuses images for wasi/wasm', info.Driver ?? ''),
    remedies: [{ label: l10n.t('How to Switch the Image Store'), action: { kind: 'url', url: 'https://docs.docker.com/engine/storage/containerd/' } }],
  };
}

function proofRow(id: 'runtime' | 'crun', name: string, proof: Proof, info: Info): CheckRow {
  const title = l10n.t('Runtime {0}', name);
  if (proof.works) {
    const lost = proof.exitCodes ? '' : ' ' + l10n.t('Exit codes are lost: a program that fails looks as if it had succeeded.');
    return { id, title, state: 'ok', detail: l10n.t('ran a tiny module in {0} ms.', proof.ms) + lost, remedies: [] };
  }
  const desktop = /docker desktop/i.test(info.OperatingSystem ?? '');
  const remedies = proof.error.remedies.length > 0 ? proof.error.remedies : shimRemedies({ about: { desktop }, platform: process.platform });
  return { id, title, state: id === 'runtime' ? 'missing' : 'absent', detail: proof.error.message, remedies };
}

function isCrun(info: Info, runtime: string): boolean {
  return /crun/.test(runtime) || /(^|\/)crun[^/]*$/.test(info.Runtimes?.[runtime]?.path ?? '');
}

/** What crun says of itself; older engines pass nothing on, and a try tells. */
export function handlesWasm(info: Info, runtime: string): boolean {
  const features = info.Runtimes?.[runtime]?.status?.['org.opencontainers.runtime-spec.features'];
  if (features === undefined) return true;
  try {
    return (JSON.parse(features) as { annotations?: Record<string, string> }).annotations?.['run.oci.crun.wasm'] === 'true';
  } catch {
    return true;
  }
}

async function cliRows(wish: CheckWish, signal: AbortSignal): Promise<readonly CheckRow[]> {
  const docker = dockerProgram(wish);
  const title = l10n.t("Docker's command line");
  const get: Remedy = { label: l10n.t('Install Docker'), action: { kind: 'url', url: 'https://docs.docker.com/engine/install/' } };
  if (docker === undefined) return [{ id: 'cli', title, state: 'absent', detail: l10n.t('not found; it is needed for contexts that are reached by ssh, and for buildx'), remedies: [get] }];
  const version = await said(docker, ['--version'], signal);
  const buildx = await said(docker, ['buildx', 'version'], signal);
  return [
    { id: 'cli', title, state: version === undefined ? 'absent' : 'ok', detail: `${version ?? l10n.t('does not start')} (${docker})`, remedies: version === undefined ? [get] : [] },
    buildx === undefined
      ? { id: 'buildx', title: 'buildx', state: 'absent', detail: l10n.t('not installed; only building from a Dockerfile needs it'), remedies: [{ label: l10n.t('Install buildx'), action: { kind: 'url', url: 'https://docs.docker.com/build/concepts/overview/' } }] }
      : { id: 'buildx', title: 'buildx', state: 'ok', detail: buildx, remedies: [] },
  ];
}

async function said(tool: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    const { code, stdout } = await capture(exec, { tool, args, cwd: process.cwd() }, AbortSignal.any([signal, AbortSignal.timeout(10_000)]), 4096);
    return code === 0 ? stdout.trim().split('\n')[0] : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
