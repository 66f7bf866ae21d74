/** A word and how often it occurs. */
export class Entry {
  constructor(public word: string, public count: i32) {}
}

function isLetter(code: i32): bool {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code >= 0xc0;
}

/** How often each word of a text occurs. */
export class Words {
  private counts: Map<string, i32> = new Map();
  total: i32 = 0;

  get different(): i32 {
    return this.counts.size;
  }

  /** Adds every word of a text. */
  read(text: string): void {
    let start = -1;
    for (let i = 0; i <= text.length; i++) {
      const inside = i < text.length && isLetter(text.charCodeAt(i));
      if (inside && start < 0) start = i;
      if (!inside && start >= 0) {
        this.add(text.substring(start, i).toLowerCase());
        start = -1;
      }
    }
  }

  /** The words, most frequent first. */
  sorted(): Entry[] {
    const keys = this.counts.keys();
    const entries = new Array<Entry>();
    for (let i = 0; i < keys.length; i++) entries.push(new Entry(keys[i], this.counts.get(keys[i])));
    entries.sort((a, b) => (a.count != b.count ? b.count - a.count : a.word < b.word ? -1 : 1));
    return entries;
  }

  private add(word: string): void {
    this.counts.set(word, this.counts.has(word) ? this.counts.get(word) + 1 : 1);
    this.total++;
  }
}
