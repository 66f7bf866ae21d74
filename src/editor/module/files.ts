import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { messageOf } from '../../base/error';
import { placeOf } from './opened';
import type { ModuleDocument } from './text';

interface Made { readonly mtime: number; readonly document: ModuleDocument }

const encoder = new TextEncoder();
const made = new Map<string, Made>();
/** Texts that stay made; a whole module's may have 15 MB. */
const kept = 30;

/** The text at an address, with what its lines are of. */
export async function documentAt(uri: vscode.Uri): Promise<Made> {
  const { module, part, index } = await placeOf(uri);
  const key = uri.toString();
  const before = made.get(key);
  if (before?.mtime === module.mtime) return before;
  const texts = module.textsOf(part);
  const document = index === undefined ? texts.whole() : texts.function(index);
  if (document === undefined) throw vscode.FileSystemError.Unavailable(l10n.t('The text of {0} is too large for the editor: convert it to a file.', module.contents.name));
  const now = { mtime: module.mtime, document };
  made.delete(key);
  made.set(key, now);
  for (const old of made.keys()) if (made.size > kept) made.delete(old);
  return now;
}

/** A file of the scheme, as the editor asks for it. */
export async function statText(uri: vscode.Uri): Promise<vscode.FileStat> {
  const { mtime, document } = await documentAt(uri);
  return { type: vscode.FileType.File, ctime: 0, mtime, size: encoder.encode(document.text).length, permissions: vscode.FilePermission.Readonly };
}

/** The contents of a text; a damaged function is told as a comment, so that the others still open. */
export async function readText(uri: vscode.Uri): Promise<Uint8Array> {
  try {
    return encoder.encode((await documentAt(uri)).document.text);
  } catch (error) {
    if (error instanceof vscode.FileSystemError) throw error;
    throw vscode.FileSystemError.Unavailable(messageOf(error));
  }
}
