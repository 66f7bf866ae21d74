import * as vscode from 'vscode';
import type { App } from '../app';
import { lazyTree } from '../lazyTree';
import type { Node } from './nodes';

/** Registers the Images view and the files of images; both are loaded when they are first asked for something. */
export function registerImages(app: App): void {
  const files = async (): Promise<Pick<vscode.FileSystemProvider, 'stat' | 'readDirectory' | 'readFile'>> => (await app.images.get()).files;
  const never = (): never => { throw vscode.FileSystemError.NoPermissions(); };
  const nothing = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  app.context.subscriptions.push(
    nothing,
    lazyTree<Node>('wasmWorkbench.images', async view => (await app.images.get()).show(view), {
      showCollapseAll: true,
      dragAndDropController: {
        dragMimeTypes: [], dropMimeTypes: ['text/uri-list'],
        handleDrop: async (_target, data) => (await import('./opening')).openDropped(app, data),
      },
    }),
    vscode.workspace.registerFileSystemProvider('wasm-image', {
      onDidChangeFile: nothing.event, watch: () => new vscode.Disposable(() => {}),
      stat: async uri => (await files()).stat(uri), readDirectory: async uri => (await files()).readDirectory(uri), readFile: async uri => (await files()).readFile(uri),
      createDirectory: never, writeFile: never, delete: never, rename: never,
    }, { isReadonly: true, isCaseSensitive: true }),
  );
}
