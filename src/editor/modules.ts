import * as vscode from 'vscode';
import { textScheme } from './module/place';

/** The editor of modules, and the scheme of their texts; what is behind both is read when the first is opened. */
export function registerModules({ extensionUri, subscriptions }: vscode.ExtensionContext, failed: (error: unknown) => void): void {
  let features: Promise<typeof import('./module/files')> | undefined;
  const files = (): Promise<typeof import('./module/files')> => (features ??= import('./module').then(({ registerTextFeatures, files: loaded }) => {
    subscriptions.push(registerTextFeatures());
    return loaded;
  }));
  const refuse = (): never => { throw vscode.FileSystemError.NoPermissions(); };
  subscriptions.push(
    vscode.window.registerCustomEditorProvider('wasmWorkbench.module', {
      openCustomDocument: uri => ({ uri, dispose() {} }),
      resolveCustomEditor: async ({ uri }, panel) => { (await import('./module')).showModule(extensionUri, uri, panel, failed); },
    }, { supportsMultipleEditorsPerDocument: true }),
    vscode.workspace.registerFileSystemProvider(textScheme, {
      onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
      watch: () => new vscode.Disposable(() => {}), readDirectory: () => [],
      stat: async uri => (await files()).statText(uri), readFile: async uri => (await files()).readText(uri),
      createDirectory: refuse, writeFile: refuse, delete: refuse, rename: refuse,
    }, { isReadonly: true }),
  );
}
