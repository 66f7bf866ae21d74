import type Docker from 'dockerode';
import type { Engine } from './engine';
import { oursLabel, titleLabel } from './owner';

/** A container that runs, or ran, WebAssembly. */
export interface WasmContainer {
  readonly id: string;
  readonly name: string;
  /** What it runs, for people: a module's name, or the image. */
  readonly title: string;
  readonly image: string;
  readonly state: 'running' | 'exited' | 'created' | 'other';
  /** The engine's own words: `Up 5 minutes`. */
  readonly status: string;
  /** Ports of the engine's machine, each once. */
  readonly ports: readonly { readonly host: number; readonly guest: number }[];
}

/** What of a container never changes, by its id: asked for once. */
export type Known = Map<string, boolean>;

/** The containers of an engine that run WebAssembly: those that we started, and others whose runtime or image is for it. Running ones first, newest first. */
export async function listWasmContainers(engine: Engine, known: Known, signal: AbortSignal): Promise<readonly WasmContainer[]> {
  const all = await engine.ask('list', {}, signal, docker => docker.listContainers({ all: true }));
  const wasm = await Promise.all(all.map(async one => one.Labels[oursLabel] !== undefined || await runsWasm(engine, one, known, signal)));
  const listed = all.filter((_, i) => wasm[i]).sort((a, b) => Number(b.State === 'running') - Number(a.State === 'running') || b.Created - a.Created);
  return listed.map(containerOf);
}

async function runsWasm(engine: Engine, { Id }: Docker.ContainerInfo, known: Known, signal: AbortSignal): Promise<boolean> {
  const before = known.get(Id);
  if (before !== undefined) return before;
  try {
    const found = await engine.ask('list', {}, signal, docker => docker.getContainer(Id).inspect());
    const { Runtime, Annotations } = found.HostConfig as { Runtime?: string; Annotations?: Record<string, string> | null };
    const is = isWasm(Runtime ?? '', Annotations ?? {}, [found.Path, ...found.Args], (found as { ImageManifestDescriptor?: { platform?: { os?: string } } }).ImageManifestDescriptor?.platform?.os);
    known.set(Id, is);
    return is;
  } catch {
    signal.throwIfAborted();
    // Removed since it was listed.
    return false;
  }
}

/** Whether a container is one for WebAssembly, by what its engine was told of it. */
export function isWasm(runtime: string, annotations: Readonly<Record<string, string>>, command: readonly string[], os: string | undefined): boolean {
  return os === 'wasi' || /wasm|spin|slight|\bwws\b|lunatic/i.test(runtime) || /^wasm/.test(annotations['run.oci.handler'] ?? '') || annotations['module.wasm.image/variant'] !== undefined || /\.wasm(#\w+)?$/.test(command[0] ?? '');
}

function containerOf(info: Docker.ContainerInfo): WasmContainer {
  const name = (info.Names[0] ?? '').replace(/^\//, '');
  const ports = new Map(info.Ports.flatMap(port => (port.Type === 'tcp' && (port.PublicPort as number | undefined) !== undefined ? [[port.PublicPort, { host: port.PublicPort, guest: port.PrivatePort }] as const] : [])));
  return {
    id: info.Id, name, image: info.Image, status: info.Status, title: info.Labels[titleLabel] ?? info.Image,
    state: info.State === 'running' || info.State === 'exited' || info.State === 'created' ? info.State : 'other', ports: [...ports.values()],
  };
}
