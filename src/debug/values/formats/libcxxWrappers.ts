import { count, firstPointer, lastPart, memberParts, show, type Format, type Part, type Shown, type Style } from '../show';
import { resolved, typeArgument } from '../type';
import type { Value } from '../value';

// What of libc++ holds one value, or a few: pointers, optional, variant, tuple, adaptors.

export const wrapperFormats: readonly Format[] = [
  { match: /^std::unique_ptr</, show: showSmart },
  { match: /^std::(shared|weak)_ptr</, show: showSmart },
  { match: /^std::optional</, show: showOptional },
  { match: /^std::variant</, show: showVariant },
  { match: /^std::tuple</, show: showTuple },
  { match: /^std::array</, show: showArray },
  { match: /^std::(stack|queue|priority_queue)</, show: (value, style) => inner(value.member('c'), style) },
  { match: /^std::atomic</, show: (value, style) => inner(value.member('__a_value') ?? value.member('__a_'), style) },
  { match: /^std::reference_wrapper</, show: (value, style) => showSmart(value, style) },
];

async function inner(value: Value | undefined, style: Style): Promise<Shown | undefined> {
  return value === undefined ? undefined : show(value, style);
}

async function showSmart(value: Value, style: Style): Promise<Shown | undefined> {
  const pointer = value.member('__ptr_') ?? value.member('__f_');
  const held = pointer === undefined ? undefined : firstPointer(pointer);
  if (held === undefined) return undefined;
  if (await held.pointer() === 0) return { text: 'nullptr' };
  const control = value.member('__cntrl_');
  if (lastPart(value.real.name) === 'weak_ptr' && control !== undefined && await control.pointer() !== 0) {
    // One less than the owners; none are left at -1.
    const owners = (await control.target()).member('__shared_owners_');
    if (owners !== undefined && BigInt.asIntN(32, BigInt(await owners.scalar())) < 0n) return { text: 'expired' };
  }
  const target = await held.target();
  const shown = await show(target, style);
  return { text: shown.text, parts: shown.parts ?? { count: 1, indexed: false, list: start => Promise.resolve(start === 0 ? [{ name: '*', value: target }] : []) } };
}

async function showOptional(value: Value, style: Style): Promise<Shown | undefined> {
  const engaged = value.member('__engaged_');
  const held = value.member('__val_');
  if (engaged === undefined || held === undefined) return undefined;
  return await engaged.scalar() === 0n ? { text: 'nullopt' } : show(held, style);
}

async function showVariant(value: Value, style: Style): Promise<Shown | undefined> {
  const impl = value.member('__impl_') ?? value.member('__impl');
  const index = await count(impl?.member('__index'));
  if (impl === undefined || index === undefined) return undefined;
  const type = typeArgument(value.real, index);
  const data = impl.member('__data');
  // All bits of the index are set where an exception left no value.
  if (type === undefined || data === undefined) return { text: 'valueless' };
  // The alternatives of the union start where the union does.
  const shown = await show(data.as(type), style);
  return { ...shown, text: `${type.name}: ${shown.text}` };
}

async function showTuple(value: Value, style: Style): Promise<Shown | undefined> {
  const base = value.member('__base_');
  if (base?.real.kind !== 'struct') return base === undefined ? { text: '{}' } : undefined;
  const parts: Part[] = base.real.members().flatMap((member, i) => {
    const leaf = base.field(member);
    // An empty element is the leaf's own base.
    const held = leaf.member('__value_') ?? leaf;
    return [{ name: `${i}`, value: held }];
  });
  if (style.depth <= 0) return { text: '{…}', parts: listed(parts) };
  const texts = await Promise.all(parts.slice(0, 8).map(async part => (await show(part.value, { ...style, depth: style.depth - 1 })).text));
  return { text: `{${texts.join(', ')}${parts.length > 8 ? ', …' : ''}}`, parts: listed(parts) };
}

function listed(parts: readonly Part[]): NonNullable<Shown['parts']> {
  return { count: parts.length, indexed: false, list: (start, wanted) => Promise.resolve(parts.slice(start, start + wanted)) };
}

async function showArray(value: Value, style: Style): Promise<Shown | undefined> {
  const held = value.member('__elems_');
  return held === undefined || resolved(held.type).kind !== 'array' ? { text: '{}', parts: memberParts(value) } : show(held, style);
}
