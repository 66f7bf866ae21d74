// A module as a compiler makes it of much code, with DWARF 4: units, functions with parameters and variables, line tables. Every statement is
// some 20 bytes of code, as in a C++ program.

export interface Shape {
  readonly units: number;
  readonly functions: number;
  readonly statements: number;
}

class Bytes {
  #bytes = new Uint8Array(1 << 20);
  length = 0;

  u8(...values: readonly number[]): this {
    if (this.length + values.length > this.#bytes.length) this.#grow(values.length);
    for (const value of values) this.#bytes[this.length++] = value;
    return this;
  }

  #grow(by: number): void {
    const wider = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + by));
    wider.set(this.#bytes);
    this.#bytes = wider;
  }

  u16(value: number): this {
    return this.u8(value & 255, (value >> 8) & 255);
  }

  u32(value: number): this {
    return this.u16(value & 0xffff).u16(value >>> 16);
  }

  uleb(value: number): this {
    for (let left = value; ; left = Math.floor(left / 128)) {
      if (left < 128) return this.u8(left);
      this.u8((left % 128) | 128);
    }
  }

  text(text: string): this {
    return this.u8(...Buffer.from(text), 0);
  }

  add(bytes: Uint8Array): this {
    if (this.length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  setU32(at: number, value: number): void {
    new DataView(this.#bytes.buffer).setUint32(at, value, true);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** i32.const 4 bytes, local.get, i32.add, local.set, and some nops: what a statement makes. */
const statement = Uint8Array.of(0x41, 0xff, 0xff, 0x07, 0x20, 0x00, 0x6a, 0x21, 0x00, 0x20, 0x00, 0x41, 0x03, 0x6c, 0x21, 0x00, 0x01, 0x01, 0x01, 0x01);

/** Bytes of a LEB128 number. */
function lengthOf(value: number): number {
  return value < 128 ? 1 : 1 + lengthOf(Math.floor(value / 128));
}

/** The module; its breakpoint lines are those of `/big/unit0.c` and its kin, statement after statement from line 2. */
export function bigModule({ units, functions, statements }: Shape): Uint8Array {
  const abbreviations = new Bytes().u8(
    1, 0x11, 1, 0x03, 0x08, 0x1b, 0x08, 0x13, 0x05, 0x10, 0x17, 0x11, 0x01, 0x12, 0x06, 0, 0,
    2, 0x2e, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x06, 0x3a, 0x0b, 0x3b, 0x0b, 0x40, 0x18, 0x49, 0x13, 0, 0,
    3, 0x05, 0, 0x03, 0x08, 0x02, 0x18, 0x49, 0x13, 0, 0, 4, 0x34, 0, 0x03, 0x08, 0x02, 0x18, 0x49, 0x13, 0, 0, 5, 0x24, 0, 0x03, 0x08, 0x0b, 0x0b, 0x3e, 0x0b, 0, 0, 0);
  const count = units * functions;
  const body = new Bytes().uleb(1).uleb(4).u8(0x7f);
  for (let i = 0; i < statements; i++) body.add(statement);
  body.u8(0x20, 0x00, 0x0b);
  const code = new Bytes().uleb(count);
  const info = new Bytes();
  const lines = new Bytes();
  for (let unit = 0; unit < units; unit++) {
    const lineStart = lines.length;
    lines.u32(0).u16(4).u32(0);
    const header = lines.length;
    lines.u8(1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0).text(`unit${unit}.c`).u8(0, 0, 0, 0);
    lines.setU32(header - 4, lines.length - header);
    const infoStart = info.length;
    info.u32(0).u16(4).u32(0).u8(4).u8(1).text(`unit${unit}.c`).text('/big').u16(0x0c).u32(lineStart);
    const lowAt = info.length;
    info.u32(0).u32(0);
    const intAt = info.length - infoStart;
    info.u8(5).text('int').u8(4, 5);
    const low = code.length + lengthOf(body.length);
    for (let one = 0; one < functions; one++) {
      code.uleb(body.length);
      const start = code.length;
      code.add(body.bytes);
      info.u8(2).text(`function_${unit}_${one}`).u32(start).u32(code.length - start).u8(1, one % 256, 3, 0xed, 0, 0).u32(intAt);
      for (const [kind, names] of [[3, ['a', 'b']], [4, ['i', 'sum', 'value']]] as const) for (const name of names) info.u8(kind).text(name).u8(2, 0x91, 0x10).u32(intAt);
      info.u8(0);
      // Set the address, then a row for each statement: one line down, its bytes on.
      lines.u8(0, 5, 2).u32(start).u8(3).uleb(one * (statements + 1) + 1).u8(1, 10);
      const delta = 13 + 14 * statement.length + 1 + 5;
      for (let i = 0; i < statements; i++) {
        if (delta <= 255) lines.u8(delta);
        else lines.u8(2).uleb(i === 0 ? 3 : statement.length).u8(3, 1, 5, 3 + (i % 40), 1);
      }
      lines.u8(2).uleb(code.length - start - 3 - statement.length * Math.max(0, statements - 1)).u8(0, 1, 1);
    }
    info.u8(0);
    info.setU32(infoStart, info.length - infoStart - 4);
    info.setU32(lowAt, low);
    info.setU32(lowAt + 4, code.length - low);
    lines.setU32(lineStart, lines.length - lineStart - 4);
  }
  const types = Uint8Array.of(2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 0);
  const module = new Bytes().u8(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const section = (id: number, bytes: Uint8Array): void => { module.u8(id).uleb(bytes.length).add(bytes); };
  const custom = (name: string, bytes: Uint8Array): void => { section(0, new Bytes().uleb(name.length).add(Buffer.from(name)).add(bytes).bytes); };
  section(1, types);
  section(3, new Bytes().uleb(count).add(new Uint8Array(count)).bytes);
  section(10, code.bytes);
  custom('.debug_info', info.bytes);
  custom('.debug_abbrev', abbreviations.bytes);
  custom('.debug_line', lines.bytes);
  return new Uint8Array(module.bytes);
}
