/** A rectangle in percents of the whole. */
export interface Rect { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/**
 * Lays sizes out in a rectangle, areas proportional, pieces as square as can be (squarified treemap). Sizes come sorted, the largest first;
 * the result has one rectangle for each. `aspect` is the width of the whole divided by its height.
 */
export function squarify(sizes: readonly number[], whole: Rect, aspect = 1): Rect[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const out: Rect[] = [];
  if (total <= 0) return sizes.map(() => ({ ...whole, width: 0, height: 0 }));
  // Laid out in a space where x and y have the same unit.
  let { x, y, width, height } = { x: whole.x * aspect, y: whole.y, width: whole.width * aspect, height: whole.height };
  const scale = (width * height) / total;
  for (let from = 0; from < sizes.length;) {
    const side = Math.min(width, height);
    let to = from;
    let sum = 0;
    let least = Infinity;
    while (to < sizes.length) {
      const next = sum + (sizes[to] ?? 0) * scale;
      const worst = worstRatio((sizes[from] ?? 0) * scale, (sizes[to] ?? 0) * scale, next, side);
      if (to > from && worst > least) break;
      least = worst;
      sum = next;
      to++;
    }
    const depth = side > 0 ? sum / side : 0;
    let along = 0;
    for (let i = from; i < to; i++) {
      const length = depth > 0 ? ((sizes[i] ?? 0) * scale) / depth : 0;
      out.push(width >= height ? rect(x, y + along, depth, length, aspect) : rect(x + along, y, length, depth, aspect));
      along += length;
    }
    if (width >= height) {
      x += depth;
      width = Math.max(0, width - depth);
    } else {
      y += depth;
      height = Math.max(0, height - depth);
    }
    from = to;
  }
  return out;
}

/** The worst of a row's ratios of sides: that of its largest or of its smallest piece. */
function worstRatio(largest: number, smallest: number, sum: number, side: number): number {
  if (sum <= 0 || smallest <= 0) return Infinity;
  const square = side * side;
  return Math.max((square * largest) / (sum * sum), (sum * sum) / (square * smallest));
}

function rect(x: number, y: number, width: number, height: number, aspect: number): Rect {
  return { x: x / aspect, y, width: width / aspect, height };
}
