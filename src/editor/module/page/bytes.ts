import { bytesPerLine, hexLine } from '../hex';
import type { Texts } from '../messages';
import { element } from './elements';
import { ask } from './host';
import { Scroller } from './scroller';

/** A range of the file as a hex dump: `address` is what the first byte's is called. */
export interface Range { readonly title: string; readonly start: number; readonly size: number; readonly address: bigint }

/** Hex dumps of the file or of one section or segment. */
export class BytesView {
  readonly root: HTMLElement;
  private range: Range;
  private readonly whole: Range;
  private readonly title = element('span', { class: 'count' });
  private readonly scroller: Scroller<Uint8Array>;

  constructor(whole: Range, texts: Texts) {
    this.whole = whole;
    this.range = whole;
    this.scroller = new Scroller<Uint8Array>(texts.bytes, async (from, count) => {
      const at = from * bytesPerLine;
      const reply = await ask({ kind: 'bytes', from: this.range.start + at, count: Math.min(count * bytesPerLine, this.range.size - at) });
      if (reply.kind !== 'bytes') return [];
      const { bytes } = reply;
      return Array.from({ length: Math.ceil(bytes.length / bytesPerLine) }, (_, i) => bytes.subarray(i * bytesPerLine, (i + 1) * bytesPerLine));
    }, (bytes, index) => {
      const { address, hex, text } = hexLine(bytes, this.range.address + BigInt(index * bytesPerLine));
      return element('div', { class: 'row hex' }, element('span', { role: 'cell', class: 'address' }, address), element('span', { role: 'cell' }, hex), element('span', { role: 'cell', class: 'chars' }, text));
    });
    const all = element('button', { type: 'button', class: 'small' }, texts.whole);
    all.addEventListener('click', () => { this.show(this.whole); });
    this.root = element('div', { class: 'view list' }, element('div', { class: 'bar' }, all, this.title), this.scroller.root);
    this.show(whole);
  }

  show(range: Range): void {
    this.range = range;
    this.title.textContent = `${range.title} (${range.size.toLocaleString()} B)`;
    this.scroller.reset(Math.ceil(range.size / bytesPerLine));
  }
}
