import * as l10n from '@vscode/l10n';
import { DW_ATE } from '../../dwarf/constants';
import { isCharacter, isFloat, resolved, type Type } from './type';
import { Gone, NoValue, Value } from './value';
import { libcxxFormats } from './formats/libcxx';
import { rustFormats } from './formats/rust';
import { cString, decodeUnits, endOfText, floatText, hex, maximumText, quote } from './text';

/** A named part of a value; made of `value`, or of text where it is no place of the program. */
export interface Part {
  readonly name: string;
  readonly value: Value;
  /** Shown in place of what the value itself shows. */
  readonly text?: string;
}

/** What a value consists of, fetched in pages. */
export interface Parts {
  readonly count: number;
  /** Whether the parts are numbered elements. */
  readonly indexed: boolean;
  list(start: number, count: number): Promise<Part[]>;
}

export interface Shown {
  readonly text: string;
  readonly parts?: Parts;
}

/** How values are written. */
export interface Style {
  readonly hex?: boolean;
  /** How deep structures are written into one line. */
  readonly depth: number;
}

/** A way to show values of certain types; undefined where a value does not look as expected, and is shown plainly. */
export interface Format {
  readonly match: RegExp;
  show(value: Value, style: Style): Promise<Shown | undefined>;
}

const inlineParts = 8;

/** Shows a value as its language writes it. Never throws for what the program's memory holds: the text says what is wrong. */
export async function show(value: Value, style: Style = { depth: 2 }): Promise<Shown> {
  try {
    return await showReadable(value, style);
  } catch (error) {
    if (error instanceof NoValue) return { text: `<${error.message}>` };
    if (error instanceof RangeError) return { text: `<${l10n.t('not readable')}>` };
    throw error;
  }
}

async function showReadable(value: Value, style: Style): Promise<Shown> {
  const { real } = value;
  for (const format of real.language === 'rust' ? rustFormats : real.language === 'c++' ? libcxxFormats : []) {
    if (!format.match.test(real.name)) continue;
    try {
      const shown = await format.show(value, style);
      if (shown !== undefined) return shown;
    } catch (error) {
      // Before its constructor ran a container holds anything: its raw members tell the truth.
      if (!(error instanceof NoValue || error instanceof RangeError)) throw error;
      if (error instanceof Gone) throw error;
    }
  }
  switch (real.kind) {
    case 'base': case 'enum': return { text: await scalarText(value, style) };
    case 'pointer': return showPointer(value, style);
    case 'array': return showArray(value, style);
    case 'struct': return showStruct(value, style);
    case 'function': return { text: real.name };
    default: return { text: `<${l10n.t('unknown type')}>` };
  }
}

/** One line for a value within another. */
async function brief(value: Value, style: Style): Promise<string> {
  return (await show(value, { ...style, depth: style.depth - 1 })).text;
}

async function scalarText(value: Value, style: Style): Promise<string> {
  const { real } = value;
  const raw = await value.scalar();
  if (real.kind === 'enum') {
    const exact = real.enumerators().find(one => one.value === BigInt(raw));
    if (exact !== undefined) return real.isScoped ? `${lastPart(real.name)}::${exact.name}` : exact.name;
    const flags = real.enumerators().filter(one => one.value !== 0n && (BigInt(raw) & one.value) === one.value);
    const rest = flags.reduce((left, one) => left & ~one.value, BigInt(raw));
    return flags.length > 0 && rest === 0n ? flags.map(one => one.name).join(' | ') : `${raw}`;
  }
  if (real.kind === 'base' && real.encoding === DW_ATE.boolean) return raw === 0n ? 'false' : raw === 1n ? 'true' : `true (${raw})`;
  if (real.name === '()' || (real.size === 0 && real.language === 'rust')) return '()';
  if (typeof raw === 'number') return floatText(raw, real.size);
  if (isCharacter(value.type)) {
    const code = Number(BigInt.asUintN(real.size * 8, raw));
    const shown = `${raw} ${quote(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd', "'")}`;
    return real.language === 'rust' ? quote(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd', "'") : code === 0 ? `0 '\\0'` : real.size === 1 && code >= 0x80 ? `${raw}` : shown;
  }
  return style.hex === true ? hex(BigInt.asUintN(real.size * 8, raw)) : `${raw}`;
}

async function showPointer(value: Value, style: Style): Promise<Shown> {
  const { real } = value;
  const address = await value.pointer();
  if (real.kind !== 'pointer') return { text: hex(address) };
  const type = real.target();
  if (real.isReference && type !== undefined) return show(await value.target(), style);
  if (type === undefined || resolved(type).kind === 'function') return { text: hex(address) };
  if (address === 0) return { text: real.language === 'c++' ? 'nullptr' : real.language === 'c' ? 'NULL' : '0x0' };
  if (isCharacter(type)) {
    const text = await cString(value, address, Math.max(1, resolved(type).size));
    return { text: text === undefined ? hex(address) : `${hex(address)} ${text}` };
  }
  const target = await value.target();
  try {
    if (type.size > 0) await value.machine.read(address, Math.min(type.size, 1 << 16));
  } catch {
    return { text: `${hex(address)} <${l10n.t('not readable')}>` };
  }
  const inner = resolved(type);
  // A box is what it holds.
  if (real.language === 'rust' && /^alloc::boxed::Box<|^&/.test(real.name)) return show(target, style);
  if (inner.kind === 'struct') {
    const shown = await show(target, { ...style, depth: style.depth - 1 });
    return { text: `${hex(address)}${shown.parts === undefined || !shown.text.startsWith('{') ? ` ${shown.text}` : ''}`, parts: shown.parts };
  }
  const parts: Parts = { count: 1, indexed: false, list: start => Promise.resolve(start === 0 ? [{ name: `*`, value: target }] : []) };
  return { text: hex(address), parts };
}

/** The parts of an array-like thing. */
export function elements(count: number, at: (index: number) => Value | Promise<Value>): Parts {
  return {
    count, indexed: true,
    async list(start, wanted) {
      const parts: Part[] = [];
      for (let i = start; i < Math.min(count, start + wanted); i++) parts.push({ name: `[${i}]`, value: await at(i) });
      return parts;
    },
  };
}

/** `{1, 2, 3, …}` between the marks given. */
export async function listText(parts: Parts, style: Style, open = '{', close = '}'): Promise<string> {
  if (style.depth <= 0) return `${open}…${close}`;
  const texts: string[] = [];
  for (const part of await parts.list(0, inlineParts)) texts.push(part.text ?? await brief(part.value, style));
  if (parts.count > inlineParts) texts.push('…');
  return open + texts.join(', ') + close;
}

async function showArray(value: Value, style: Style): Promise<Shown> {
  const { real } = value;
  if (real.kind !== 'array') return { text: '' };
  const { element, count = 0 } = real;
  const parts = elements(count, index => value.element(index));
  const unit = resolved(element).size;
  if (isCharacter(element) && [1, 2, 4].includes(unit) && count > 0 && real.language !== 'rust') {
    const bytes = await value.bytes(Math.min(count, maximumText) * unit);
    const end = endOfText(bytes, unit);
    return { text: quote(decodeUnits(end < 0 ? bytes : bytes.subarray(0, end), unit)) + (end < 0 && count * unit > bytes.length ? '…' : ''), parts };
  }
  const rust = real.language === 'rust';
  return { text: await listText(parts, style, rust ? '[' : '{', rust ? ']' : '}'), parts };
}

/** The members of a structure as parts. */
export function memberParts(value: Value): Parts {
  const { real } = value;
  const members = real.kind === 'struct' ? real.members() : [];
  return {
    count: members.length, indexed: false,
    list: (start, count) => Promise.resolve(members.slice(start, start + count).map(member => ({ name: member.name === '' ? '(anonymous)' : shownMember(member.name), value: value.field(member) }))),
  };
}

/** Rust's tuple members are `__0` in the debug information. */
function shownMember(name: string): string {
  return /^__\d+$/.test(name) ? name.slice(2) : name;
}

async function showStruct(value: Value, style: Style): Promise<Shown> {
  const { real } = value;
  if (real.kind !== 'struct') return { text: '' };
  if (real.variants() !== undefined) return showVariant(value, style);
  const members = real.members();
  const parts = memberParts(value);
  if (value.location.kind === 'gone') throw new Gone();
  const isTuple = real.language === 'rust' && members.length > 0 && members.every((member, i) => member.name === `__${i}`);
  const title = real.language === 'rust' && !real.name.startsWith('(') ? lastPart(real.name) : '';
  if (members.length === 0) return { text: title === '' ? '{}' : title };
  if (style.depth <= 0) return { text: `${title === '' ? '' : title + ' '}{…}`, parts };
  const texts: string[] = [];
  for (const part of await parts.list(0, inlineParts)) {
    const text = await brief(part.value, style);
    texts.push(isTuple ? text : `${part.name}: ${text}`);
  }
  if (members.length > inlineParts) texts.push('…');
  const inner = texts.join(', ');
  return { text: isTuple ? `${title}(${inner})` : `${title === '' ? '' : title + ' '}{${inner}}`, parts };
}

async function showVariant(value: Value, style: Style): Promise<Shown> {
  const variant = await value.variant();
  if (variant === undefined) return { text: `<${l10n.t('invalid enum value')}>`, parts: memberParts(value) };
  const inner = value.field(variant.member);
  const fields = inner.real.kind === 'struct' ? inner.real.members().filter(member => member.type !== inner.type) : [];
  const name = variant.member.name;
  if (fields.length === 0) return { text: name };
  const parts = memberParts(inner);
  const isTuple = fields.every((member, i) => member.name === `__${i}`);
  if (style.depth <= 0) return { text: isTuple ? `${name}(…)` : `${name} {…}`, parts };
  const texts: string[] = [];
  for (const field of fields.slice(0, inlineParts)) {
    const text = await brief(inner.field(field), style);
    texts.push(isTuple ? text : `${field.name}: ${text}`);
  }
  return { text: isTuple ? `${name}(${texts.join(', ')})` : `${name} {${texts.join(', ')}}`, parts };
}

/** The name without the modules before it and the arguments behind it. */
export function lastPart(name: string): string {
  const plain = name.replace(/<.*$/s, '');
  return plain.slice(plain.lastIndexOf('::') + 1).replace(/^:/, '');
}

/** The first pointer in a value, through single members and wrappers: where `unique_ptr`, `NonNull` and their like keep theirs. */
export function firstPointer(value: Value, depth = 0): Value | undefined {
  const { real } = value;
  if (real.kind === 'pointer') return value;
  if (real.kind !== 'struct' || depth > 12) return undefined;
  for (const member of real.members()) {
    const inner = firstPointer(value.field(member), depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** An unsigned number member, through wrappers that hold one number. */
export async function count(value: Value | undefined, depth = 0): Promise<number | undefined> {
  if (value === undefined || depth > 8) return undefined;
  const { real } = value;
  if (real.kind === 'base' && !isFloat(real)) return Number(BigInt.asUintN(32, BigInt(await value.scalar())));
  if (real.kind !== 'struct') return undefined;
  for (const member of real.members()) {
    const inner = await count(value.field(member), depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** A value of a type at an address. */
export function valueAt(like: Value, address: number, type: Type): Value {
  return new Value(type, { kind: 'memory', address }, like.machine);
}
