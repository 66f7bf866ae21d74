import { absoluteOperand, guestPath, outputOperand } from './paths';

/** Options of `ar` that stand before its operation. */
const separate = new Set(['--format', '--output', '--plugin', '--rsp-quoting']);

/**
 * Arguments of `ar`: `[options] [-]operation[modifiers] [relpos] [count] archive [files]`, with the archive and the files to put in
 * absolute. Names of members stay as they are; what is taken out lands in `cwd`.
 */
export function archiverArguments(args: readonly string[], cwd: string, platform?: NodeJS.Platform): string[] {
  const absolute = (path: string): string => absoluteOperand(path, cwd, platform);
  const before: string[] = [];
  const rest: string[] = [];
  let output = false;
  let operation: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (separate.has(arg)) {
      const value = args[++i] ?? '';
      output ||= arg === '--output';
      before.push(arg, arg === '--output' ? absolute(value) : value);
    } else if (arg.startsWith('--')) {
      output ||= arg.startsWith('--output=');
      before.push(arg.startsWith('--output=') ? `--output=${absolute(arg.slice(9))}` : arg);
    } else if (arg === '-h' || /^-X(32|64|32_64|any)$/.test(arg)) before.push(arg);
    else if (arg.startsWith('-') && arg.length > 1) operation = (operation ?? '') + arg.slice(1);
    else if (operation === undefined) operation = arg;
    else rest.push(arg);
  }
  if (operation === undefined) return [...before, ...rest];
  if (operation.includes('x') && !output) before.push(`--output=${guestPath(cwd, platform)}`);
  // With a, b, i an operand names the member to stand beside, with N one counts: before the archive.
  const leading = (/[abi]/.test(operation) ? 1 : 0) + (operation.includes('N') ? 1 : 0);
  const adds = /[rq]/.test(operation) || (!/[dmptx]/.test(operation) && operation.includes('s'));
  const operands = rest.map((operand, i) => (i === leading ? outputOperand(operand, cwd, platform) : i > leading && adds ? absolute(operand) : operand));
  return [...before, operation === 'M' ? '-M' : operation, ...operands];
}

/** An `ar -M` script with its files absolute: CREATE, CREATETHIN and OPEN name an archive, ADDLIB and ADDMOD a file. */
export function archiverScript(script: string, cwd: string, platform?: NodeJS.Platform): string {
  return script.replace(/^([ \t]*(?:create|createthin|open|addlib|addmod)[ \t]+)([^\r\n;*]*[^\s;*])/gim, (_, head: string, path: string) => {
    const bare = /^"(.*)"$/.exec(path)?.[1] ?? path;
    const made = absoluteOperand(bare, cwd, platform);
    return head + (bare === path ? made : `"${made}"`);
  });
}
