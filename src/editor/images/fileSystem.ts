import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { isUserError } from '../../base/error';
import type { EntryRow } from '../../image/explore/listing';
import type { Images } from './images';
import { parseLink, type Link } from './link';
import { comparisonPage, wastePage } from './pages';

/** The largest file that goes through the editor's memory; larger ones are opened from a copy on the disk. */
export const largestInMemory = 32 << 20;

/** Files of images and pages about them, to read only. */
export class ImageFiles implements Pick<vscode.FileSystemProvider, 'stat' | 'readDirectory' | 'readFile'> {
  private readonly images: Images;
  /** Pages are made once a link: what they tell of does not change below it. */
  private readonly pages = new Map<string, Promise<Uint8Array>>();

  constructor(images: Images) {
    this.images = images;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const link = linkOf(uri);
    if (link.kind !== 'file') return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: (await this.page(uri, link)).length, permissions: vscode.FilePermission.Readonly };
    const row = await this.row(uri, link);
    return { type: typeOf(row), ctime: row.mtime * 1000, mtime: row.mtime * 1000, size: row.size, permissions: vscode.FilePermission.Readonly };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const link = linkOf(uri);
    if (link.kind !== 'file') throw vscode.FileSystemError.FileNotADirectory(uri);
    const { rows } = await told(uri, this.images.client.ask('list', { ...link.at, wish: { layer: link.layer, mode: 'files', path: link.path, sort: 'name', from: 0, count: 100_000 } }));
    return rows.map(row => [row.name, typeOf(row)]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const link = linkOf(uri);
    if (link.kind !== 'file') return this.page(uri, link);
    return told(uri, this.images.ask('read', { ...link.at, layer: link.layer, path: link.path, most: largestInMemory }, link.path));
  }

  private async row(uri: vscode.Uri, link: Extract<Link, { kind: 'file' }>): Promise<EntryRow> {
    const row = await told(uri, this.images.client.ask('stat', { ...link.at, layer: link.layer, path: link.path }));
    if (row === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return row;
  }

  private page(uri: vscode.Uri, link: Exclude<Link, { kind: 'file' }>): Promise<Uint8Array> {
    const key = uri.toString();
    let page = this.pages.get(key);
    if (page === undefined) {
      page = told(uri, this.make(uri, link)).then(text => new TextEncoder().encode(text));
      this.pages.set(key, page);
      page.catch(() => { this.pages.delete(key); });
      for (const old of [...this.pages.keys()].slice(0, Math.max(0, this.pages.size - 20))) this.pages.delete(old);
    }
    return page;
  }

  private async make(uri: vscode.Uri, link: Exclude<Link, { kind: 'file' }>): Promise<string> {
    const name = uri.path.replace(/^\/|\.md$/g, '');
    switch (link.kind) {
      case 'manifest': case 'config': return this.images.ask('raw', { ...link.at, what: link.kind }, name);
      case 'waste': return wastePage(name, await this.images.ask('report', link.at, name));
      case 'comparison': {
        const { before, after, comparison } = await this.images.ask('compare', { before: link.at, after: link.other }, name);
        return comparisonPage(link.names, before, after, comparison);
      }
    }
  }
}

function linkOf(uri: vscode.Uri): Link {
  const link = parseLink(uri);
  if (link === undefined) throw vscode.FileSystemError.FileNotFound(uri);
  return link;
}

function typeOf({ kind }: EntryRow): vscode.FileType {
  // Links are followed when they are read; the editor would ask for nothing behind one.
  return kind === 'directory' ? vscode.FileType.Directory : vscode.FileType.File;
}

/** The editor shows an error's message only when it is one of its own. */
async function told<T>(uri: vscode.Uri, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isUserError(error)) throw error;
    if (error.code === 'not-found') throw vscode.FileSystemError.FileNotFound(uri);
    throw vscode.FileSystemError.Unavailable(l10n.t('{0} ({1})', error.message, uri.path));
  }
}
