import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { UserError } from '../../base/error';
import type { FolderChanges, FolderCopy } from '../../wasi/browser/run';

/** What a program in a page may see of a folder: more takes too long to fetch, and memory that a page has not. */
const most = { files: 5000, bytes: 128 * 1024 * 1024 };
/** Folders that no program means, and that are large. */
const leftOut = new Set(['.git', 'node_modules']);

/** A folder of the workspace as it is now. Throws UserError when it is too large. */
export async function copyFolder(root: vscode.Uri, guest: string): Promise<FolderCopy> {
  const entries: { path: string; bytes?: Uint8Array }[] = [];
  let bytes = 0;
  const walk = async (folder: vscode.Uri, prefix: string): Promise<void> => {
    for (const [name, type] of await vscode.workspace.fs.readDirectory(folder)) {
      const path = prefix + name;
      const uri = vscode.Uri.joinPath(folder, name);
      if ((type & vscode.FileType.Directory) !== 0) {
        // A link to a folder may lead to one above it.
        if (leftOut.has(name) || (type & vscode.FileType.SymbolicLink) !== 0) continue;
        entries.push({ path });
        await walk(uri, path + '/');
        continue;
      }
      bytes += (await vscode.workspace.fs.stat(uri)).size;
      if (entries.length >= most.files || bytes > most.bytes) {
        throw new UserError('limit', l10n.t('{0} holds more than a program in a browser can be given ({1} files, {2} MB). Preopen a folder inside of it.', root.path, most.files, most.bytes / 1048576));
      }
      entries.push({ path, bytes: await vscode.workspace.fs.readFile(uri) });
    }
  };
  await walk(root, '');
  return { guest, entries };
}

/** Does in a folder of the workspace what a program has done in its copy. */
export async function applyChanges(root: vscode.Uri, { made, gone }: FolderChanges): Promise<void> {
  for (const path of gone) {
    try {
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(root, path), { useTrash: false });
    } catch (error) {
      // Somebody else was quicker; or put something into a folder that the program found empty, which is then left alone.
      if (!(error instanceof vscode.FileSystemError)) throw error;
    }
  }
  for (const { path, bytes } of made) {
    const uri = vscode.Uri.joinPath(root, path);
    if (bytes === undefined) await vscode.workspace.fs.createDirectory(uri);
    else await vscode.workspace.fs.writeFile(uri, bytes);
  }
}
