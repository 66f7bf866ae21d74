import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { UserError } from '../../base/error';
import { applyChanges, copyFolder } from './folders';
import type { Asked, Told } from './messages';

/** A page's worker, as far as it is used here: this room is checked without the types of a page. */
interface PageWorker {
  onmessage: ((event: { readonly data: Told }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(asked: Asked): void;
  terminate(): void;
}
interface Page {
  Worker: new (url: string) => PageWorker;
  Blob: new (parts: readonly Uint8Array[], options: { type: string }) => object;
  URL: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
}

export interface WebRun {
  readonly file: vscode.Uri;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folders that it sees, by the names it sees them by. */
  readonly folders: readonly { readonly uri: vscode.Uri; readonly guest: string; readonly readonly?: boolean }[];
  readonly stdin?: vscode.Uri;
}

/** Asks workers of the page: each question has one of its own, which ends with it. */
export class WebRunner {
  readonly #extension: vscode.Uri;
  #script: Promise<Uint8Array> | undefined;

  constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  /** Runs a program to its end; its exit code, 134 for a trap. What it has changed is then in the folders. Throws UserError, and `signal.reason` when it was stopped. */
  async run(run: WebRun, output: (text: string, error: boolean) => void, signal: AbortSignal): Promise<number> {
    const folders = await Promise.all(run.folders.map(async ({ uri, guest, readonly }) => ({ ...await copyFolder(uri, guest), ...(readonly === true ? { readonly } : {}) })));
    const decoders = [new TextDecoder(), new TextDecoder()];
    const ended = await this.#ask({
      kind: 'run', name: nameOf(run.file), bytes: await vscode.workspace.fs.readFile(run.file), args: run.args, env: run.env, folders,
      ...(run.stdin === undefined ? {} : { stdin: await vscode.workspace.fs.readFile(run.stdin) }),
    }, signal, (bytes, error) => { output(decoders[error ? 1 : 0]?.decode(bytes, { stream: true }) ?? '', error); });
    if (ended.kind !== 'ended') throw unexpected(ended);
    if (ended.trap !== undefined) output(ended.trap, true);
    for (const [i, changes] of ended.changes.entries()) {
      const folder = run.folders[i];
      if (folder !== undefined && folder.readonly !== true) await applyChanges(folder.uri, changes);
    }
    return ended.code;
  }

  /** What a module is, as text. Throws UserError. */
  async info(file: vscode.Uri): Promise<string> {
    const told = await this.#ask({ kind: 'info', name: nameOf(file), bytes: await vscode.workspace.fs.readFile(file) });
    if (told.kind !== 'text') throw unexpected(told);
    return told.text;
  }

  /** The module of a text. Throws UserError with its mistakes. */
  async assemble(file: vscode.Uri): Promise<Uint8Array> {
    const told = await this.#ask({ kind: 'assemble', name: nameOf(file), bytes: await vscode.workspace.fs.readFile(file) });
    if (told.kind !== 'module') throw unexpected(told);
    return told.bytes;
  }

  async #ask(asked: Asked, signal?: AbortSignal, printed?: (bytes: Uint8Array, error: boolean) => void): Promise<Told> {
    const { Worker, Blob, URL } = globalThis as unknown as Page;
    // The page may only start workers of its own, which our files are not.
    this.#script ??= Promise.resolve(vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.#extension, 'dist', 'editor-web-worker.js')));
    const script = await this.#script.catch((error: unknown) => { this.#script = undefined; throw error; });
    signal?.throwIfAborted();
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const worker = new Worker(url);
    let stop: (() => void) | undefined;
    try {
      return await new Promise<Told>((resolve, reject) => {
        stop = () => { reject(signal?.reason as Error); };
        signal?.addEventListener('abort', stop, { once: true });
        worker.onerror = ({ message }) => { reject(new UserError('io', l10n.t('The worker of the page has failed: {0}.', message ?? ''))); };
        worker.onmessage = ({ data }) => {
          if (data.kind === 'printed') printed?.(data.bytes, data.error);
          else if (data.kind === 'failed') reject(new UserError('no-runtime', data.message));
          else resolve(data);
        };
        worker.postMessage(asked);
      });
    } finally {
      if (stop !== undefined) signal?.removeEventListener('abort', stop);
      worker.terminate();
      URL.revokeObjectURL(url);
    }
  }
}

function nameOf(file: vscode.Uri): string {
  return file.path.slice(file.path.lastIndexOf('/') + 1);
}

function unexpected(told: Told): Error {
  return new Error(`the worker answered ${told.kind}`);
}
