import type { Exit, Io } from '../base/command';
import type { Remedy } from '../base/error';
import type { Found } from '../base/find';
import type { Log } from '../base/log';
import type { WasmModule } from '../wasm/module';
import type { ReadyWish } from './ready';
import type { DockerWish } from './inDocker';

/** A host folder that the guest sees under another name. */
export interface Mount {
  /** Absolute. */
  readonly host: string;
  readonly guest: string;
  readonly readonly?: boolean;
}

export interface Limits {
  /** Bytes of linear memory. */
  readonly memory?: number;
  /** Milliseconds from start to end. */
  readonly time?: number;
  /** Bytes of standard output and error together. */
  readonly output?: number;
  /** Files and folders that the guest itself has open at once. */
  readonly openFiles?: number;
}

/** All that a run needs: complete, nothing is looked up later. */
export interface RunRequest {
  /** Absolute path of the module. */
  readonly module: string;
  readonly info: WasmModule;
  /** argv[0] is the module's name; these follow it. */
  readonly args: readonly string[];
  /** The guest's whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** A file that is read as standard input. */
  readonly stdin?: string;
  readonly limits?: Limits;
  /** Addresses that the guest may listen at (`8080`, `0.0.0.0:8080`, `*`): by WasmEdge's calls, or as preopened listeners for sock_accept. */
  readonly listen?: readonly string[];
  /** What the guest may connect to: `HOST:PORT`, `HOST`, `*`. */
  readonly connect?: readonly string[];
  readonly trace?: { readonly groups: readonly string[]; readonly json: boolean; readonly file?: string };
  /** Who is told that the program serves. */
  readonly ready?: ReadyWish;
  /** The Node that hosts the child; the editor's own unless the user said otherwise. */
  readonly runtimeExecutable?: string;
  /** What runtime docker is told besides. */
  readonly docker?: DockerWish;
}

/** Where a program's streams go: our own terminal, or chunks. */
export type RunIo = { readonly terminal: true; readonly signal: AbortSignal } | (Io & { readonly terminal?: false });

/** A host: one file in runtimes/, one line in its index. */
export interface Runtime {
  readonly id: string;
  readonly title: string;
  /** Runs only what asks for it by name: `auto` passes it over. */
  readonly onlyAsked?: boolean;
  /** Why this module can't run here, as the part of a sentence ("it is a component"); undefined when it can. */
  objection(info: WasmModule): string | undefined;
  /** Where it is, or every place looked at. */
  find(context: RunContext, signal: AbortSignal): Promise<Found>;
  /**
   * Runs it; the exit code is the guest's, 134 for a trap, 124 for the time limit, 128 and its number for a signal. Throws UserError for what keeps it
   * from starting, and `signal.reason` when it was stopped.
   */
  run(request: RunRequest, io: RunIo, context: RunContext): Promise<Exit>;
  /** How to get it. */
  readonly install: readonly Remedy[];
}

export interface RunContext {
  /** Tool paths of the user's settings: `wasmedge`, `wasmtime`, `node`. */
  readonly paths: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** Packs a module as an image and runs it in Docker; handed in, since a run knows nothing of images. */
  readonly inDocker?: (request: RunRequest, io: RunIo) => Promise<Exit>;
}
