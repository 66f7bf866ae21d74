import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';

/** What a bundle may require here; esbuild.mjs leaves no other name in those that desktop and the browser share. */
const known: Readonly<Record<string, unknown>> = { vscode, './l10n.js': l10n };

/**
 * Loads one of our bundles on its first use. The browser's extension host has one file of an extension and a `require` for `vscode` alone: what is
 * not needed at once, or what desktop uses too, is read as the editor itself reads an extension there, from its text as a CommonJS module.
 */
export async function loadBundle(extension: vscode.Uri, name: string): Promise<unknown> {
  const file = vscode.Uri.joinPath(extension, 'dist', name);
  const source = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  const module = { exports: {} };
  const require = (wanted: string): unknown => {
    if (!(wanted in known)) throw new Error(`${name} requires ${wanted}`);
    return known[wanted];
  };
  // Our own file, out of the extension's folder; the editor has loaded this one in the same way.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function('module', 'exports', 'require', `${source}\n//# sourceURL=${file.toString(true)}`) as (...given: readonly unknown[]) => void;
  run(module, module.exports, require);
  return module.exports;
}
