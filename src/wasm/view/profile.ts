import * as l10n from '@vscode/l10n';
import { CodeIndex } from './code';
import { readSegments } from './data';
import { namePath } from './names';
import type { ProfileKind, ProfileNode } from './node';
import type { ModuleFile, Part } from './parts';

/** More children than this are drawn as one. */
const mostChildren = 60;
const deepest = 4;

interface Group { readonly groups: Map<string, Group>; readonly functions: ProfileNode[]; size: number }

/** What makes a file as big as it is: sections, the code by the paths of its names, debug information, data by segment. */
export function profile(file: ModuleFile, label: string): ProfileNode {
  const indexes = file.parts.map(part => new CodeIndex(part));
  if (file.info.kind !== 'component') {
    const [part] = file.parts;
    const [index] = indexes;
    return part === undefined || index === undefined ? leaf(label, 'module', file.bytes.length) : partProfile(part, index, 0, label, file.bytes.length);
  }
  const inner = file.parts.map((part, i) => partProfile(part, indexes[i] ?? new CodeIndex(part), i, part.title, part.bytes.length));
  const own = file.info.sections.filter(section => section.depth === 0 && section.name !== 'core module' && section.name !== 'component');
  const sections = own.map(section => leaf(section.name, section.custom ? 'custom' : 'section', section.size));
  return whole(label, 'module', [...inner, ...sections], file.bytes.length);
}

function partProfile(part: Part, index: CodeIndex, number: number, label: string, size: number): ProfileNode {
  const debug: ProfileNode[] = [];
  const children: ProfileNode[] = [];
  for (const section of part.info.sections) {
    if (section.custom && isDebug(section.name)) debug.push(leaf(section.name, 'debug', section.size));
    else if (section.custom) children.push(leaf(section.name, 'custom', section.size));
    else if (section.name === 'code') children.push(codeProfile(index, number, section.size));
    else if (section.name === 'data') {
      const segments = readSegments(part).list.map(one => leaf(one.address === undefined ? l10n.t('segment {0}', one.index) : `0x${one.address.toString(16)}`, 'data', one.size));
      children.push(whole(section.name, 'data', segments, section.size));
    } else children.push(leaf(section.name, 'section', section.size));
  }
  if (debug.length > 0) children.push(whole(l10n.t('debug information'), 'debug', debug, total(debug)));
  return whole(label, 'module', children, size);
}

/** Whether a custom section is there for debuggers only. */
export function isDebug(name: string): boolean {
  return name.startsWith('.debug_') || name === 'external_debug_info' || name === 'sourceMappingURL';
}

function codeProfile(index: CodeIndex, number: number, size: number): ProfileNode {
  const root: Group = { groups: new Map(), functions: [], size: 0 };
  for (let i = index.imported; i < index.count; i++) {
    const bytes = index.size(i);
    const name = index.name(i);
    const path = name === undefined ? [l10n.t('function {0}', i)] : namePath(name);
    let group = root;
    group.size += bytes;
    for (const part of path.slice(0, Math.min(path.length - 1, deepest))) {
      let next = group.groups.get(part);
      if (next === undefined) group.groups.set(part, next = { groups: new Map(), functions: [], size: 0 });
      next.size += bytes;
      group = next;
    }
    group.functions.push({ label: path.slice(Math.min(path.length - 1, deepest)).join('::'), kind: 'function', size: bytes, target: [number, i] });
  }
  return { ...whole('code', 'code', [...groupChildren(root)], size) };
}

function* groupChildren(group: Group): Generator<ProfileNode> {
  for (const [label, inner] of group.groups) {
    // A group that holds one group only is drawn as that.
    let name = label;
    let one = inner;
    for (let only = [...one.groups][0]; one.functions.length === 0 && one.groups.size === 1 && only !== undefined; only = [...one.groups][0]) {
      name += `::${only[0]}`;
      one = only[1];
    }
    yield whole(name, 'group', [...groupChildren(one)], inner.size);
  }
  yield* group.functions;
}

function leaf(label: string, kind: ProfileKind, size: number): ProfileNode {
  return { label, kind, size };
}

function total(nodes: readonly ProfileNode[]): number {
  return nodes.reduce((sum, node) => sum + node.size, 0);
}

/** A node of `size` bytes: the largest children first, the many small ones and what belongs to none of them as one rest. */
function whole(label: string, kind: ProfileKind, children: readonly ProfileNode[], size: number): ProfileNode {
  const sorted = children.filter(child => child.size > 0).sort((a, b) => b.size - a.size);
  const shown = sorted.slice(0, mostChildren);
  const left = sorted.slice(mostChildren);
  if (left.length > 0) shown.push(leaf(l10n.t('{0} smaller', left.length), 'rest', total(left)));
  const missing = size - total(shown);
  if (missing > 0 && shown.length > 0) shown.push(leaf(l10n.t('headers'), 'rest', missing));
  return shown.length === 0 ? leaf(label, kind, size) : { label, kind, size, children: shown };
}
