// eslint-disable-next-line no-control-regex -- escape sequences are what it is about
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Characters of a line that are looked at; a longer one is no message. */
const longest = 64 << 10;

/** The text without a terminal's colours and links. */
export function plainText(text: string): string {
  return text.includes('\u001b') ? text.replace(escapes, '') : text;
}

/** Makes lines of chunks that end anywhere. */
export class Lines {
  #rest = '';

  /** The lines that this chunk completes, each with its line end. */
  push(text: string): readonly string[] {
    const all = this.#rest + text;
    const lines: string[] = [];
    let start = 0;
    for (let end = all.indexOf('\n'); end !== -1; end = all.indexOf('\n', start)) {
      lines.push(all.slice(start, end + 1));
      start = end + 1;
    }
    this.#rest = all.slice(start);
    if (this.#rest.length > longest) lines.push(this.#take());
    return lines;
  }

  /** The last line, when it has no end. */
  end(): readonly string[] {
    return this.#rest === '' ? [] : [this.#take()];
  }

  #take(): string {
    const rest = this.#rest;
    this.#rest = '';
    return rest;
  }
}

/** A line as parsers see it: no colours, no line end. */
export function bare(line: string): string {
  return plainText(line).replace(/[\r\n]+$/, '');
}
