import * as l10n from '@vscode/l10n';
import { Decoder, Malformed } from './decode';
import { componentExports, componentImports } from './component';
import type { Export, ExternType, Import, MemoryLimits, Section, WasmModule } from './module';
import { sniff } from './native';
import { flavourOf, kindOf, needsOf } from './needs';
import { funcOf, globalType, memoryType, skipExpression, tableType, tagType, typeSection, type FuncType } from './types';

/** What the scan asks its driver for: to look at the next bytes, or to pass over some. */
export type Step = { readonly peek: number } | { readonly skip: number };
/** Looked-at bytes (fewer than asked for at the end of the file), or how many were passed over. */
export type Answer = Uint8Array | number;

const sectionNames = ['custom', 'type', 'import', 'function', 'table', 'memory', 'global', 'export', 'start', 'element', 'code', 'data', 'data count', 'tag'];
const componentNames = ['custom', 'core module', 'core instance', 'core type', 'component', 'instance', 'alias', 'type', 'canonical', 'start', 'import', 'export', 'value'];

// More than a thousand times what real modules have; beyond it a hostile file could fill memory.
const maxSections = 100_000;
const maxPayload = 128 << 20;
const maxDepth = 32;

interface State {
  at: number;
  readonly imports: Import[];
  readonly exports: Export[];
  readonly memories: MemoryLimits[];
  readonly sections: Section[];
  readonly producers: { field: string; name: string; version: string }[];
  readonly targetFeatures: Set<string>;
  readonly features: Set<string>;
  functions: number;
  hasDwarf: boolean;
  hasNames: boolean;
}

/** A core module's index spaces while it is read. */
interface Spaces {
  types: (FuncType | undefined)[];
  readonly funcs: ExternType[];
  funcTypes: Uint32Array;
  readonly tables: ExternType[];
  readonly memories: ExternType[];
  readonly globals: ExternType[];
  readonly tags: ExternType[];
}

function* peek(count: number): Generator<Step, Uint8Array, Answer> {
  return (yield { peek: count }) as Uint8Array;
}

function* skip(state: State, count: number, what: string): Generator<Step, void, Answer> {
  const start = state.at;
  const passed = (yield { skip: count }) as number;
  state.at += passed;
  if (passed < count) throw cutOff(what, start, count, passed);
}

function cutOff(what: string, start: number, size: number, there: number): Malformed {
  return new Malformed(
    l10n.t('it is cut off: the {0} begins at byte {1} and should be {2} bytes long, but only {3} are there', what, start, size, there), start + there);
}

/**
 * Reads a module's outline section by section, as a coroutine: a driver feeds it from a buffer, a file or a stream. Only the sections that tell
 * about the outside are looked at; code, data and debug information are passed over. Throws Malformed.
 */
export function* scan(): Generator<Step, WasmModule, Answer> {
  const state: State = {
    at: 0, imports: [], exports: [], memories: [], sections: [], producers: [], targetFeatures: new Set(), features: new Set(),
    functions: 0, hasDwarf: false, hasNames: false,
  };
  const head = yield* peek(8);
  const component = header(head);
  yield* skip(state, 8, l10n.t('header'));
  yield* sections(state, Infinity, component, 0);
  const wasi = flavourOf(state.imports, component);
  const kind = kindOf(state.exports, component);
  return {
    kind, wasi, size: state.at, imports: state.imports, exports: state.exports, memories: state.memories, sections: state.sections,
    functions: state.functions, producers: state.producers, targetFeatures: [...state.targetFeatures], hasDwarf: state.hasDwarf,
    hasNames: state.hasNames, needs: needsOf({ kind, wasi, imports: state.imports, exports: state.exports, memories: state.memories, features: state.features }),
  };
}

/** Checks the eight bytes that a module begins with; tells whether it is a component. */
function header(head: Uint8Array): boolean {
  if (head.length === 0) throw new Malformed(l10n.t('it is empty'), 0);
  if (head[0] !== 0 || head[1] !== 0x61 || head[2] !== 0x73 || head[3] !== 0x6d) throw new Malformed(sniff(head), 0);
  if (head.length < 8) throw cutOff(l10n.t('header'), 0, 8, head.length);
  const version = (head[4] ?? 0) | ((head[5] ?? 0) << 8);
  const layer = (head[6] ?? 0) | ((head[7] ?? 0) << 8);
  if (layer === 0 && version === 1) return false;
  if (layer === 1) return true;
  throw new Malformed(l10n.t('its binary format (version {0}, layer {1}) is not known', version, layer), 4);
}

function* sections(state: State, end: number, component: boolean, depth: number): Generator<Step, void, Answer> {
  const spaces: Spaces = { types: [], funcs: [], funcTypes: new Uint32Array(0), tables: [], memories: [], globals: [], tags: [] };
  while (state.at < end) {
    const offset = state.at;
    const head = yield* peek(Math.min(6, end - offset));
    if (head.length === 0) {
      if (end === Infinity) break;
      throw cutOff(l10n.t('module within the component'), offset, end - offset, 0);
    }
    const { id, size, headSize } = sectionHead(head, offset, component);
    const payloadOffset = offset + headSize;
    if (payloadOffset + size > end) throw new Malformed(l10n.t('a section at byte {0} reaches beyond the module that holds it', offset), offset);
    yield* skip(state, headSize, l10n.t('section header'));
    const entry = { id, name: (component ? componentNames : sectionNames)[id] ?? String(id), custom: id === 0, offset, payloadOffset, size, depth };
    if (state.sections.length >= maxSections) throw new Malformed(l10n.t('it has more than {0} sections', maxSections), offset);
    if (id === 0) {
      const name = yield* customName(size, payloadOffset);
      state.sections.push({ ...entry, name });
      yield* custom(state, name, payloadOffset, size);
      continue;
    }
    state.sections.push(entry);
    if (component && (id === 1 || id === 4)) {
      if (depth >= maxDepth) throw new Malformed(l10n.t('its components are nested more than {0} deep', maxDepth), offset);
      const inner = header(yield* peek(Math.min(8, size)));
      yield* skip(state, 8, l10n.t('header'));
      yield* sections(state, payloadOffset + size, inner, depth + 1);
    } else if (component ? id === 10 || id === 11 : wanted(id)) {
      const d = yield* payload(state, size, entry.name);
      if (!component) coreSection(state, spaces, id, d, depth);
      else if (depth === 0) state[id === 10 ? 'imports' : 'exports'].push(...(id === 10 ? componentImports(d) : componentExports(d)) as Import[]);
    } else {
      yield* skip(state, size, sectionTitle(entry.name));
    }
  }
}

function sectionTitle(name: string): string {
  return l10n.t('section {0}', name);
}

function wanted(id: number): boolean {
  return (id >= 1 && id <= 7) || id === 13;
}

function sectionHead(head: Uint8Array, offset: number, component: boolean): { id: number; size: number; headSize: number } {
  const id = head[0] ?? 0;
  if (id > (component ? 12 : 13)) throw new Malformed(l10n.t('section {0} at byte {1} is of no known kind', id, offset), offset);
  let size = 0;
  for (let i = 1; i < 6; i++) {
    const byte = head[i];
    if (byte === undefined) throw cutOff(l10n.t('section header'), offset, i + 1, i);
    size += (byte & 0x7f) * 2 ** (7 * (i - 1));
    if (byte < 0x80) {
      if (size > 0xffffffff) break;
      return { id, size, headSize: i + 1 };
    }
  }
  throw new Malformed(l10n.t('a number is longer than 32 bits'), offset);
}

function* payload(state: State, size: number, name: string): Generator<Step, Decoder, Answer> {
  if (size > maxPayload) throw new Malformed(l10n.t('its section {0} has {1} bytes, more than any host takes', name, size), state.at);
  const bytes = yield* peek(size);
  const start = state.at;
  yield* skip(state, size, sectionTitle(name));
  return new Decoder(bytes, start);
}

function* customName(size: number, offset: number): Generator<Step, string, Answer> {
  const d = new Decoder(yield* peek(Math.min(size, 260)), offset);
  if (d.bytes.length < Math.min(size, 260)) throw cutOff(l10n.t('custom section'), offset, size, d.bytes.length);
  const length = d.u32();
  if (length > 255) return `(${length} bytes)`;
  d.at = 0;
  return d.name();
}

/** Reads what a custom section tells; a broken one is passed over, as the specification asks. */
function* custom(state: State, name: string, offset: number, size: number): Generator<Step, void, Answer> {
  if (name.startsWith('.debug_') && size > name.length + 1) state.hasDwarf = true;
  if (name === 'name') state.hasNames = true;
  if ((name === 'producers' || name === 'target_features') && size < 1 << 20) {
    const d = yield* payload(state, size, name);
    d.name();
    try {
      if (name === 'producers') producers(state, d);
      else for (let n = d.count(); n > 0; n--) if (d.byte() !== 0x2d) state.targetFeatures.add(d.name()); else d.name();
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
    return;
  }
  yield* skip(state, size, sectionTitle(name));
}

function producers(state: State, d: Decoder): void {
  for (let fields = d.count(); fields > 0; fields--) {
    const field = d.name();
    for (let values = d.count(); values > 0; values--) {
      const found = { field, name: d.name(), version: d.name() };
      if (!state.producers.some(p => p.field === field && p.name === found.name && p.version === found.version)) state.producers.push(found);
    }
  }
}

function coreSection(state: State, spaces: Spaces, id: number, d: Decoder, depth: number): void {
  switch (id) {
    case 1: {
      const { types, gc } = typeSection(d);
      spaces.types = types;
      if (gc) state.features.add('gc');
      break;
    }
    case 2: for (let n = d.count(); n > 0; n--) coreImport(state, spaces, d, depth); break;
    case 3: {
      const types = new Uint32Array(d.count());
      for (let i = 0; i < types.length; i++) types[i] = d.u32();
      spaces.funcTypes = types;
      state.functions += types.length;
      break;
    }
    case 4: for (let n = d.count(); n > 0; n--) spaces.tables.push(tableType(d)); break;
    case 5:
      for (let n = d.count(); n > 0; n--) {
        const { memory, type } = memoryType(d, false);
        spaces.memories.push(type);
        state.memories.push(memory);
      }
      break;
    case 6:
      for (let n = d.count(); n > 0; n--) {
        spaces.globals.push(globalType(d));
        skipExpression(d);
      }
      break;
    case 7:
      // What modules inside a component export is the component's own matter.
      if (depth > 0) return;
      for (let n = d.count(); n > 0; n--) state.exports.push(coreExport(spaces, d));
      break;
    case 13:
      state.features.add('exceptions');
      for (let n = d.count(); n > 0; n--) spaces.tags.push(tagType(d, spaces.types));
      break;
  }
  if (d.left > 0) d.fail(l10n.t('section {0} has {1} bytes too many', sectionNames[id] ?? '', d.left));
}

function coreImport(state: State, spaces: Spaces, d: Decoder, depth: number): void {
  const module = d.name();
  const name = d.name();
  const code = d.byte();
  let type: ExternType;
  switch (code) {
    // 32 is a function of exactly its type.
    case 0: case 32: spaces.funcs.push(type = funcOf(d, spaces.types, d.u32())); break;
    case 1: spaces.tables.push(type = tableType(d)); break;
    case 2: {
      const found = memoryType(d, true);
      spaces.memories.push(type = found.type);
      state.memories.push(found.memory);
      break;
    }
    case 3: spaces.globals.push(type = globalType(d)); break;
    case 4: spaces.tags.push(type = tagType(d, spaces.types)); break;
    default: d.fail(l10n.t('an import is of no known kind: {0}', code));
  }
  if (depth === 0) state.imports.push({ module, name, ...type });
}

function coreExport(spaces: Spaces, d: Decoder): Export {
  const name = d.name();
  const code = d.byte();
  const index = d.u32();
  const from = [spaces.funcs, spaces.tables, spaces.memories, spaces.globals, spaces.tags][code];
  if (from === undefined) return d.fail(l10n.t('an export is of no known kind: {0}', code));
  let type = from[index];
  if (code === 0 && type === undefined) {
    const typeIndex = spaces.funcTypes[index - spaces.funcs.length];
    if (typeIndex !== undefined) type = funcOf(d, spaces.types, typeIndex);
  }
  if (type === undefined) return d.fail(l10n.t('export {0} names something that the module does not have', JSON.stringify(name)));
  return { name, ...type };
}

