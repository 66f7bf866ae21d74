import { absoluteOperand, outputOperand } from './paths';

// The tools besides the compiler's driver have no -working-directory, and begin in `/`. So their operands, and the values of those options
// that name files, are made absolute, by the tools' own option tables (`TOOL --help` of the pinned version; a test holds them to it).

/** How a tool reads its arguments. */
export interface OptionTable {
  /** Long options that take a value as `--name=value` or as the next argument; one dash does as well as two. */
  readonly long: readonly string[];
  /** Letters that take a value: the rest of the argument, or the next one. */
  readonly letters: string;
  /** Whether letters can be bundled: `-gC`. */
  readonly grouped: boolean;
  /** Of those, the ones whose value is a path. */
  readonly paths: readonly string[];
  /** Of those, the ones that name what is written by way of a temporary file. */
  readonly outputs?: readonly string[];
  /** Whether operands are written so. */
  readonly writesOperands?: boolean;
}

export const linkerTable: OptionTable = {
  long: [
    'allow-undefined-file', 'entry', 'error-limit', 'export-if-defined', 'export', 'extra-features', 'features', 'global-base', 'initial-heap',
    'initial-memory', 'keep-section', 'library', 'library-path', 'lto-partitions', 'Map', 'max-memory', 'mllvm', 'output', 'page-size', 'reproduce', 'rpath',
    'soname', 'table-base', 'thinlto-cache-policy', 'threads', 'trace-symbol', 'undefined', 'unresolved-symbols', 'why-extract', 'wrap',
  ],
  letters: 'LlmOoyzeu',
  grouped: false,
  paths: ['o', 'output', 'L', 'library-path', 'Map', 'allow-undefined-file', 'reproduce', 'thinlto-cache-dir', 'why-extract'],
  outputs: ['o', 'output'],
};

export const nmTable: OptionTable = { long: ['format', 'radix', 'arch'], letters: 'ftX', grouped: true, paths: [] };

export const objdumpTable: OptionTable = {
  long: [
    'adjust-vma', 'arch-name', 'build-id', 'debug-file-directory', 'debug-indent', 'disassemble-symbols', 'disassembler-color', 'disassembler-options',
    'mattr', 'mcpu', 'mllvm', 'prefix', 'prefix-strip', 'section', 'start-address', 'stop-address', 'triple', 'arch', 'dis-symname', 'dsym',
  ],
  letters: 'jM',
  grouped: true,
  paths: ['debug-file-directory', 'dsym'],
};

export const stripTable: OptionTable = {
  long: ['keep-section', 'keep-symbol', 'remove-section', 'strip-symbol', 'extract-section'],
  letters: 'KNRo',
  grouped: false,
  paths: ['o'],
};

export const ranlibTable: OptionTable = { long: [], letters: '', grouped: false, paths: [], writesOperands: true };

/** One argument as a tool takes it. */
export interface Taken {
  readonly kind: 'operand' | 'option';
  /** The option's name without dashes; empty for an operand. */
  readonly name: string;
  readonly value?: string;
  /** The argument with its value made absolute where that is a path. */
  readonly args: readonly string[];
}

/** Reads a tool's arguments by its table. */
export function takeArguments(args: readonly string[], table: OptionTable, cwd: string, platform?: NodeJS.Platform): Taken[] {
  const taken: Taken[] = [];
  const absolute = (name: string, value: string): string => {
    if (!table.paths.includes(name)) return value;
    return (table.outputs?.includes(name) === true ? outputOperand : absoluteOperand)(value, cwd, platform);
  };
  const operand = table.writesOperands === true ? outputOperand : absoluteOperand;
  let ended = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (ended || !arg.startsWith('-') || arg === '-') {
      taken.push({ kind: 'operand', name: '', value: arg, args: [operand(arg, cwd, platform)] });
      continue;
    }
    if (arg === '--') {
      ended = true;
      taken.push({ kind: 'option', name: '--', args: [arg] });
      continue;
    }
    const next = args[i + 1];
    const word = /^--?([^=]+)(=?)/.exec(arg);
    const name = word?.[1] ?? '';
    if (word?.[2] === '=' && (name.length > 1 || table.long.includes(name))) {
      const value = arg.slice(word[0].length);
      taken.push({ kind: 'option', name, value, args: [word[0] + absolute(name, value)] });
    } else if (table.long.includes(name) && next !== undefined) {
      taken.push({ kind: 'option', name, value: next, args: [arg, absolute(name, next)] });
      i++;
    } else {
      const letter = arg.startsWith('--') ? undefined : valueLetter(arg, table);
      if (letter === undefined) taken.push({ kind: 'option', name, args: [arg] });
      else {
        const rest = arg.slice(letter.at + 1);
        if (rest !== '') taken.push({ kind: 'option', name: letter.name, value: rest, args: [arg.slice(0, letter.at + 1) + absolute(letter.name, rest)] });
        else if (next !== undefined) {
          taken.push({ kind: 'option', name: letter.name, value: next, args: [arg, absolute(letter.name, next)] });
          i++;
        } else taken.push({ kind: 'option', name: letter.name, args: [arg] });
      }
    }
  }
  return taken;
}

/** The letter of an argument that takes a value, and where it stands. */
function valueLetter(arg: string, table: OptionTable): { name: string; at: number } | undefined {
  for (let at = 1; at < (table.grouped ? arg.length : 2); at++) {
    if (table.letters.includes(arg.charAt(at))) return { name: arg.charAt(at), at };
  }
  return undefined;
}

/** A tool's arguments with every path in them absolute. */
export function absoluteArguments(args: readonly string[], table: OptionTable, cwd: string, platform?: NodeJS.Platform): string[] {
  return takeArguments(args, table, cwd, platform).flatMap(one => one.args);
}
