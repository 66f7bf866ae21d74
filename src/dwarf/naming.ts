// Names as people write them: without what compilers and libraries add.

/** Arguments of templates and generics that nobody writes, behind the first. */
const defaults = /^(std::(allocator|char_traits|less|hash|equal_to|default_delete)<|alloc::alloc::Global$|std::(collections::hash::map|hash::random)::RandomState$)/;

const characters: Readonly<Record<string, string>> = { char: '', wchar_t: 'w', char8_t: 'u8', char16_t: 'u16', char32_t: 'u32' };

/** Longer names are shown as they are. */
const longest = 8192;

/** A qualified name without version namespaces (std::__2), default template arguments, hashes; `std::basic_string<char>` is `std::string`. */
export function cleanName(name: string): string {
  const plain = name.replace(/\bstd::__[12]::/g, 'std::').replace(/::h[0-9a-f]{16}$/, '');
  if (!plain.includes('<') || plain.length > longest) return plain;
  const reader = new Reader(plain);
  const text = reader.sequence(0);
  return reader.done && text !== undefined ? text : plain;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Up to the `,` or `>` that ends it, or undefined where brackets don't match. */
  sequence(depth: number): string | undefined {
    if (depth > 64) return undefined;
    let out = '';
    let round = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === '(' || character === '[' || character === '{') round++;
      else if (character === ')' || character === ']' || character === '}') round--;
      if (round < 0) return undefined;
      if (character === '<' && !/operator<?$/.test(out)) {
        const list = this.#list(depth);
        if (list === undefined) return undefined;
        out = joined(out, list);
        continue;
      }
      const ends = character === '>' && !/(-|operator(>|->?)?)$/.test(out);
      if (depth > 0 && round === 0 && (ends || character === ',')) return out;
      if (ends && depth === 0) return undefined;
      out += character;
    }
    return depth === 0 && round === 0 ? out : undefined;
  }

  /** From `<`; ends at its `>`. */
  #list(depth: number): string[] | undefined {
    const list: string[] = [];
    do {
      this.#at++;
      const one = this.sequence(depth + 1);
      if (one === undefined) return undefined;
      list.push(one.trim());
    } while (this.#text.charAt(this.#at) === ',');
    return list;
  }
}

function joined(name: string, list: readonly string[]): string {
  const shown = list.filter((one, i) => i === 0 || !defaults.test(one)).map(one => one.replace(/^(-?\d+)U?L{0,2}$/, '$1'));
  const [only] = shown;
  const string = shown.length === 1 && only !== undefined ? /(?:^|(?<=\W))std::basic_(string|string_view)$/.exec(name) : null;
  const prefix = string === null || only === undefined || !Object.hasOwn(characters, only) ? undefined : characters[only];
  if (string !== null && prefix !== undefined) return `${name.slice(0, string.index)}std::${prefix}${string[1] ?? ''}`;
  return `${name}<${shown.join(', ')}>`;
}
