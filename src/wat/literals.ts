const integer = /^[+-]?(?:\d(?:_?\d)*|0x[\da-fA-F](?:_?[\da-fA-F])*)$/;
const decimal = /^[+-]?\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?(?:[eE][+-]?\d(?:_?\d)*)?$/;
const hexadecimal = /^([+-]?)0x([\da-fA-F](?:_?[\da-fA-F])*)(?:\.([\da-fA-F](?:_?[\da-fA-F])*)?)?(?:[pP]([+-]?\d(?:_?\d)*))?$/;

/** The value of a text of at most nine decimal digits, which most numbers are; -1 for any other. */
function small(text: string): number {
  const { length } = text;
  if (length === 0 || length > 9) return -1;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** An unsigned number (spec: u32, u64) up to `max`; undefined when the text is none or is too big. */
export function parseUnsigned(text: string, max = 0xffffffff): number | undefined {
  const simple = small(text);
  if (simple !== -1) return simple <= max ? simple : undefined;
  if (!integer.test(text) || !/^\d/.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return value <= max ? value : undefined;
}

/** An unsigned 64-bit number; undefined when the text is none or is too big. */
export function parseU64(text: string): bigint | undefined {
  const simple = small(text);
  if (simple !== -1) return BigInt(simple);
  if (!integer.test(text) || !/^\d/.test(text)) return undefined;
  const value = BigInt(text.replaceAll('_', ''));
  return value <= 0xffffffffffffffffn ? value : undefined;
}

/** A number of `bits` (8, 16 or 32) that may be signed or unsigned, as a signed number. */
export function parseInt32(text: string, bits = 32): number | undefined {
  const simple = bits === 32 ? small(text) : -1;
  if (simple !== -1) return simple;
  if (!integer.test(text)) return undefined;
  const clean = text.replaceAll('_', '');
  const negative = clean.startsWith('-');
  const size = Number(negative || clean.startsWith('+') ? clean.slice(1) : clean);
  if (negative ? size > 2 ** (bits - 1) : size >= 2 ** bits) return undefined;
  return bits === 32 ? (negative ? -size : size) | 0 : ((negative ? -size : size) << (32 - bits)) >> (32 - bits);
}

/** A number of 64 bits that may be signed or unsigned, as a signed one. */
export function parseInt64(text: string): bigint | undefined {
  const simple = small(text);
  if (simple !== -1) return BigInt(simple);
  if (!integer.test(text)) return undefined;
  const clean = text.replaceAll('_', '');
  const negative = clean.startsWith('-');
  const size = BigInt(negative || clean.startsWith('+') ? clean.slice(1) : clean);
  if (negative ? size > 1n << 63n : size >= 1n << 64n) return undefined;
  return BigInt.asIntN(64, negative ? -size : size);
}

const view = new DataView(new ArrayBuffer(8));

/** The bits of an f64 literal, nan payloads and hexadecimal ones included; undefined when it is none or is out of range. */
export function parseF64(text: string): bigint | undefined {
  const special = parseSpecial(text, 11, 52);
  if (special !== undefined) return special ?? undefined;
  if (!decimal.test(text)) return parseHex(text, 11, 52);
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) return undefined;
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** The bits of an f32 literal; undefined when it is none or is out of range. */
export function parseF32(text: string): number | undefined {
  const special = parseSpecial(text, 8, 23);
  if (special !== undefined) return special === null ? undefined : Number(special);
  if (!decimal.test(text)) {
    const bits = parseHex(text, 8, 23);
    return bits === undefined ? undefined : Number(bits);
  }
  const clean = text.replaceAll('_', '');
  const double = Number(clean);
  let single = Math.fround(double);
  // Rounding twice goes wrong where the double lies exactly between two singles but the text does not.
  if (single !== double && Number.isFinite(double)) single = nearerSingle(clean, double, single);
  if (!Number.isFinite(single)) return undefined;
  view.setFloat32(0, single);
  return view.getUint32(0);
}

function nearerSingle(text: string, double: number, single: number): number {
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  if ((bits & 0xfffffffn) !== 0n && Math.abs(double) >= 2 ** -126) return single;
  const order = compareDecimal(text, double);
  if (order === 0) return single;
  // Step the double towards the text: then it is on the right side of the halfway point.
  const away = (order > 0) === (double >= 0);
  view.setBigUint64(0, away ? bits + 1n : bits - 1n);
  return Math.fround(view.getFloat64(0));
}

/** The sign of (the decimal text) - (the double), exactly. */
function compareDecimal(text: string, double: number): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  let left = BigInt((whole + fraction).replace(/^[+-]/, '') || '0') * (whole.startsWith('-') ? -1n : 1n);
  const ten = Number(exponent) - fraction.length;
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  const raw = Number((bits >> 52n) & 0x7ffn);
  let right = ((bits & 0xfffffffffffffn) | (raw === 0 ? 0n : 1n << 52n)) * (double < 0 ? -1n : 1n);
  const two = (raw === 0 ? 1 : raw) - 1075;
  if (ten > 400 || ten < -2000) return 0;
  if (ten >= 0) left *= 10n ** BigInt(ten);
  else right *= 10n ** BigInt(-ten);
  if (two >= 0) right <<= BigInt(two);
  else left <<= BigInt(-two);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** nan, inf and nan:0x...; undefined when it is none of these, null when it is one but its payload is out of range. */
function parseSpecial(text: string, exponentBits: number, mantissaBits: number): bigint | null | undefined {
  const match = /^([+-]?)(?:(inf)|nan(?::(0x[\da-fA-F](?:_?[\da-fA-F])*))?)$/.exec(text);
  if (match === null) return undefined;
  const sign = match[1] === '-' ? 1n << BigInt(exponentBits + mantissaBits) : 0n;
  const top = ((1n << BigInt(exponentBits)) - 1n) << BigInt(mantissaBits);
  if (match[2] !== undefined) return sign | top;
  const payload = match[3] === undefined ? 1n << BigInt(mantissaBits - 1) : BigInt(match[3].replaceAll('_', ''));
  return payload === 0n || payload >> BigInt(mantissaBits) !== 0n ? null : sign | top | payload;
}

function parseHex(text: string, exponentBits: number, mantissaBits: number): bigint | undefined {
  const match = hexadecimal.exec(text);
  if (match === null) return undefined;
  const fraction = (match[3] ?? '').replaceAll('_', '');
  let value = BigInt(`0x${(match[2] ?? '').replaceAll('_', '')}${fraction}`);
  const sign = match[1] === '-' ? 1n << BigInt(exponentBits + mantissaBits) : 0n;
  if (value === 0n) return sign;
  const bias = 2 ** (exponentBits - 1) - 1;
  let exponent = Number((match[4] ?? '0').replaceAll('_', '')) - 4 * fraction.length;
  const length = value.toString(2).length;
  // The exponent of the lowest bit that can be kept; below the normal range it stays at the subnormals'.
  const lowest = Math.max(exponent + length - 1 - mantissaBits, 1 - bias - mantissaBits);
  if (lowest > 2 * bias) return undefined;
  if (lowest > exponent) {
    const drop = lowest - exponent;
    if (drop > length + 1) return sign;
    const low = value & ((1n << BigInt(drop)) - 1n);
    const half = 1n << BigInt(drop - 1);
    value >>= BigInt(drop);
    if (low > half || (low === half && (value & 1n) === 1n)) value += 1n;
    exponent = lowest;
  } else {
    value <<= BigInt(exponent - lowest);
    exponent = lowest;
  }
  if (value >> BigInt(mantissaBits + 1) !== 0n) {
    value >>= 1n;
    exponent++;
  }
  if (value >> BigInt(mantissaBits) === 0n) return sign | value;
  const biased = exponent + mantissaBits + bias;
  if (biased >= 2 ** exponentBits - 1) return undefined;
  return sign | (BigInt(biased) << BigInt(mantissaBits)) | (value & ((1n << BigInt(mantissaBits)) - 1n));
}
