import type { ProfileNode } from '../../../wasm/view/node';
import { squarify, type Rect } from '../treemap';
import type { Texts } from '../messages';
import { element, place } from './elements';
import { ask, tell } from './host';

const whole: Rect = { x: 0, y: 0, width: 100, height: 100 };
/** Pixels that a group's title takes from its rectangle. */
const titleHeight = 18;

function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

/** The size profile: rectangles within rectangles. A click, or Enter, goes into one, or opens a function; Escape and Backspace go out. */
export class Treemap {
  readonly root: HTMLElement;
  private readonly map = element('div', { class: 'map', role: 'group' });
  private readonly trail = element('nav', { class: 'bar' });
  private readonly total: number;
  private readonly texts: Texts;
  private path: readonly number[] = [];
  private node: ProfileNode | undefined;

  constructor(total: number, texts: Texts) {
    this.total = total;
    this.texts = texts;
    this.root = element('div', { class: 'view list' }, this.trail, this.map);
    this.root.addEventListener('keydown', event => { this.key(event); });
    new ResizeObserver(() => { this.draw(); }).observe(this.map);
    void this.go([], false);
  }

  private async go(path: readonly number[], focus: boolean): Promise<void> {
    const reply = await ask({ kind: 'profile', path });
    if (reply.kind !== 'profile') return;
    this.path = path;
    this.node = reply.node;
    this.trail.replaceChildren(...reply.trail.flatMap((label, i) => {
      const button = element('button', { type: 'button', class: 'small', ...(i === path.length ? { 'aria-current': 'location' } : {}) }, label);
      button.addEventListener('click', () => { void this.go(path.slice(0, i), true); });
      return i === 0 ? [button] : ['›', button];
    }), element('span', { class: 'count' }, this.about(reply.node)));
    this.draw();
    if (focus) this.map.querySelector('button')?.focus();
  }

  private about(node: ProfileNode): string {
    return `${sizeText(node.size)}, ${((100 * node.size) / Math.max(1, this.total)).toFixed(1)} % ${this.texts.share}`;
  }

  private draw(): void {
    const { node, map } = this;
    const { clientWidth: width, clientHeight: height } = map;
    if (node === undefined || width === 0 || height === 0) return;
    const children = node.children ?? [node];
    const rects = squarify(children.map(child => child.size), whole, width / height);
    map.replaceChildren(...children.flatMap((child, i) => {
      const rect = rects[i];
      return rect === undefined ? [] : [this.box(child, rect, [...this.path, i], width, height, 0)];
    }));
  }

  private box(node: ProfileNode, rect: Rect, path: readonly number[], width: number, height: number, depth: number): HTMLElement {
    const [w, h] = [(rect.width * width) / 100, (rect.height * height) / 100];
    const title = `${node.label}\n${this.about(node)}`;
    const box = element(depth === 0 ? 'button' : 'div', { class: `box ${node.kind}`, title, ...(depth === 0 ? { type: 'button', 'aria-label': title.replace('\n', ', ') } : {}) });
    place(box, { left: `${rect.x}%`, top: `${rect.y}%`, width: `${rect.width}%`, height: `${rect.height}%` });
    if (w > 30 && h > 12) box.append(element('span', { class: 'label' }, `${node.label}${w > 110 ? `  ${sizeText(node.size)}` : ''}`));
    const open = (event: Event): void => {
      event.stopPropagation();
      if (node.target !== undefined) tell({ kind: 'open', part: node.target[0], index: node.target[1] });
      else if (node.children !== undefined) void this.go(path, true);
    };
    if (node.target !== undefined || node.children !== undefined) {
      box.classList.add('link');
      box.addEventListener('click', open);
    }
    if (depth === 0 && node.children !== undefined && w > 40 && h > 2 * titleHeight) {
      const inner = element('div', { class: 'inner' });
      const rects = squarify(node.children.map(child => child.size), whole, w / (h - titleHeight));
      node.children.forEach((child, i) => {
        const one = rects[i];
        // What is less than two pixels wide only costs time.
        if (one !== undefined && (one.width * w) / 100 > 2 && (one.height * h) / 100 > 2) inner.append(this.box(child, one, [...path, i], w, h - titleHeight, depth + 1));
      });
      box.append(inner);
    }
    return box;
  }

  private key(event: KeyboardEvent): void {
    if ((event.key === 'Escape' || event.key === 'Backspace') && this.path.length > 0) {
      event.preventDefault();
      void this.go(this.path.slice(0, -1), true);
    }
    const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    const boxes = [...this.map.querySelectorAll<HTMLElement>(':scope > button')];
    const at = boxes.findIndex(box => box === document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    boxes[Math.max(0, Math.min(boxes.length - 1, at + step))]?.focus();
  }
}
