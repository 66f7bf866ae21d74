import { messageOf } from '../../base/error';
import { CodeIndex } from '../../wasm/view/code';
import { readSegments, type Segments } from '../../wasm/view/data';
import type { ModuleFile } from '../../wasm/view/parts';
import type { ProfileNode } from '../../wasm/view/node';
import { profile } from '../../wasm/view/profile';
import { makeLists, type Lists } from './lists';
import type { ListPage, ListQuery, Reply, Request } from './messages';
import { summaryOf } from './summary';
import { pageTexts } from './texts';

/** More bytes than this are not handed over at once, whoever asks. */
const mostBytes = 64 << 10;
const mostRows = 500;

/** Answers what a module's page asks; what costs time is read when it is first asked for. */
export class Contents {
  readonly file: ModuleFile;
  readonly name: string;
  private lists: Lists | undefined;
  private root: ProfileNode | undefined;
  private code: readonly CodeIndex[] | undefined;
  private segments: readonly Segments[] | undefined;

  constructor(file: ModuleFile, name: string) {
    this.file = file;
    this.name = name;
  }

  get indexes(): readonly CodeIndex[] {
    return (this.code ??= this.file.parts.map(part => new CodeIndex(part)));
  }

  get data(): readonly Segments[] {
    return (this.segments ??= this.file.parts.map(readSegments));
  }

  /** Never throws: a failure is an answer too. */
  answer(request: Request): Reply {
    try {
      switch (request.kind) {
        case 'summary': return { kind: 'summary', summary: summaryOf(this), texts: pageTexts() };
        case 'list': return { kind: 'list', page: this.list(request.query) };
        case 'bytes': {
          const from = Math.max(0, request.from);
          // A copy, and no Buffer: that would be sent as JSON.
          return { kind: 'bytes', bytes: new Uint8Array(this.file.bytes.subarray(from, from + Math.min(request.count, mostBytes))) };
        }
        case 'profile': return this.profile(request.path);
      }
    } catch (error) {
      return { kind: 'failed', message: messageOf(error) };
    }
  }

  list(query: ListQuery): ListPage {
    this.lists ??= makeLists(this);
    return this.lists.page({ ...query, count: Math.min(query.count, mostRows) });
  }

  private profile(path: readonly number[]): Reply {
    this.root ??= profile(this.file, this.name);
    const trail = [this.root.label];
    let node = this.root;
    for (const place of path) {
      const child = node.children?.[place];
      if (child === undefined) break;
      node = child;
      trail.push(child.label);
    }
    return { kind: 'profile', node: cut(node, 2), trail };
  }
}

/** A node with so many levels of children. */
function cut(node: ProfileNode, depth: number): ProfileNode {
  const { children, ...own } = node;
  if (children === undefined) return own;
  return depth === 0 ? { ...own, children: [] } : { ...own, children: children.map(child => cut(child, depth - 1)) };
}
