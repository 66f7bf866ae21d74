/** How a name's path is written apart, from the outside in; the last is the thing itself. */
export function namePath(name: string): readonly string[] {
  const plain = name.replace(/::h[0-9a-f]{16}$/, '');
  const parts = split(plain);
  if (parts.length > 1) return parts;
  // AssemblyScript's `~lib/rt/itcms/__new` and Go's `internal/poll.(*FD).Read`.
  const slash = plain.lastIndexOf('/');
  const dot = plain.indexOf('.', slash + 1);
  if (slash > 0 && !/[\s(<]/.test(plain.slice(0, slash))) {
    const folder = plain.slice(0, slash).split('/');
    return dot > 0 ? [...folder, plain.slice(slash + 1, dot), plain.slice(dot + 1)] : [...folder, plain.slice(slash + 1)];
  }
  return dot > 0 && /^[\w$]+$/.test(plain.slice(0, dot)) ? [plain.slice(0, dot), plain.slice(dot + 1)] : [plain];
}

/** C++'s and Rust's `a::b<c::d>::e(f::g)`: at each `::` that is outside of brackets. */
function split(name: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < name.length; i++) {
    const char = name[i];
    if (char === '<' || char === '(' || char === '[' || char === '{') {
      // The arguments of a function end its path.
      if (char === '(' && depth === 0 && i > from && !name.startsWith('(anonymous', i)) break;
      depth++;
    } else if ((char === '>' && name[i - 1] !== '-') || char === ')' || char === ']' || char === '}') depth = Math.max(0, depth - 1);
    else if (char === ':' && name[i + 1] === ':' && depth === 0) {
      if (i > from) parts.push(name.slice(from, i));
      i++;
      from = i + 1;
    }
  }
  parts.push(name.slice(from));
  // A return type before the first name of a path belongs to no path: `void std::swap<int>(...)`.
  const space = parts.length > 1 ? parts[0]?.lastIndexOf(' ') ?? -1 : -1;
  if (space >= 0 && parts[0]?.includes('<') === false) parts[0] = parts[0].slice(space + 1);
  return parts;
}
