import { element, place } from './elements';

/** Pixels of a row; the style sheet says the same. */
export const rowHeight = 22;

/** How many rows are asked for at once. */
const pageSize = 100;

/**
 * A list of any length of which only the rows in sight are in the document. `load` fetches some rows; `draw` makes one's element. It is moved
 * through with the arrow keys, Page Up and Down, Home and End.
 */
export class Scroller<T> {
  readonly root: HTMLElement;
  private readonly body: HTMLElement;
  private readonly load: (from: number, count: number) => Promise<readonly T[]>;
  private readonly draw: (row: T, index: number) => HTMLElement;
  private readonly rows = new Map<number, T>();
  private readonly loading = new Set<number>();
  private readonly drawn = new Map<number, HTMLElement>();
  private total = 0;
  private active = 0;
  /** Replies to questions from before a reset are thrown away. */
  private generation = 0;

  constructor(label: string, load: (from: number, count: number) => Promise<readonly T[]>, draw: (row: T, index: number) => HTMLElement) {
    this.load = load;
    this.draw = draw;
    this.body = element('div', { class: 'rows', role: 'rowgroup' });
    this.root = element('div', { class: 'scroller', tabindex: '0', role: 'table', 'aria-label': label }, this.body);
    this.root.addEventListener('scroll', () => { this.show(); });
    this.root.addEventListener('keydown', event => { this.key(event); });
    new ResizeObserver(() => { this.show(); }).observe(this.root);
  }

  /** Begins anew with so many rows. */
  reset(total: number): void {
    this.generation++;
    this.total = total;
    this.active = 0;
    this.rows.clear();
    this.loading.clear();
    for (const one of this.drawn.values()) one.remove();
    this.drawn.clear();
    this.root.setAttribute('aria-rowcount', String(total));
    this.root.scrollTop = 0;
    place(this.body, { height: `${total * rowHeight}px` });
    this.show();
  }

  /** Rows that are already here. */
  give(from: number, rows: readonly T[]): void {
    rows.forEach((row, i) => this.rows.set(from + i, row));
    this.show();
  }

  private show(): void {
    const first = Math.max(0, Math.floor(this.root.scrollTop / rowHeight) - 5);
    const end = Math.min(this.total, Math.ceil((this.root.scrollTop + this.root.clientHeight) / rowHeight) + 5);
    for (const [i, one] of this.drawn) {
      if (i >= first && i < end) continue;
      one.remove();
      this.drawn.delete(i);
    }
    for (let i = first; i < end; i++) {
      const row = this.rows.get(i);
      if (row === undefined) this.fetch(i);
      else if (!this.drawn.has(i)) {
        const made = this.draw(row, i);
        made.setAttribute('role', 'row');
        made.setAttribute('aria-rowindex', String(i + 1));
        made.id = `row-${i}`;
        place(made, { top: `${i * rowHeight}px` });
        made.classList.toggle('active', i === this.active);
        made.addEventListener('mousedown', () => { this.select(i); });
        this.drawn.set(i, made);
        this.body.append(made);
      }
    }
  }

  private fetch(index: number): void {
    const from = index - (index % pageSize);
    if (this.loading.has(from)) return;
    this.loading.add(from);
    const { generation } = this;
    void this.load(from, pageSize).then(rows => {
      if (generation === this.generation) this.give(from, rows);
    });
  }

  private select(index: number): void {
    this.drawn.get(this.active)?.classList.remove('active');
    this.active = index;
    this.drawn.get(index)?.classList.add('active');
    this.root.setAttribute('aria-activedescendant', `row-${index}`);
  }

  private key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.root.clientHeight / rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const to = Math.max(0, Math.min(this.total - 1, this.active + step));
      const top = to * rowHeight;
      if (top < this.root.scrollTop) this.root.scrollTop = top;
      else if (top + rowHeight > this.root.scrollTop + this.root.clientHeight) this.root.scrollTop = top + rowHeight - this.root.clientHeight;
      this.show();
      this.select(to);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.drawn.get(this.active)?.dispatchEvent(new MouseEvent('dblclick'));
    }
  }
}
