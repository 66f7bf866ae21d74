/** The names most like a word that was mistyped, best first; none that is unlike it. */
export function nearest(word: string, names: Iterable<string>, most = 3): string[] {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const found: { readonly name: string; readonly far: number }[] = [];
  for (const name of names) {
    if (Math.abs(name.length - word.length) > limit) continue;
    const far = distance(word, name, limit);
    if (far <= limit) found.push({ name, far });
  }
  return found.sort((a, b) => a.far - b.far || a.name.length - b.name.length).slice(0, most).map(one => one.name);
}

/** How many characters must be put in, taken out, changed or swapped with their neighbour; more than `limit` is not counted on. */
function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let value = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)) value = Math.min(value, (before[j - 2] ?? 0) + 1);
      next.push(value);
    }
    if (Math.min(...next) > limit) return limit + 1;
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
