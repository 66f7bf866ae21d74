import * as path from 'node:path';

// The compiler sees one tree below `/`. On Windows the drives are folders in it (`/C:/src/a.c`), and since it takes `C:/src/a.c` for a
// relative name, that name arrives with the working folder before it (`/C:/build/C:/src/a.c`): no file name holds a colon there, so
// that the last drive in a path is where it really begins.

const drive = /^[A-Za-z]:$/;
/** Stands for the two backslashes of \\server\share. */
const network = 'UNC:';

/**
 * LLVM's tools write an output beside its final place, under a name made of its path in which every % becomes a random digit: in a folder
 * with a % in its name that leads nowhere. So outputs are named with a character in its place that nobody names files by.
 */
const percent = '\u{f025}';

/** The compiler's name of an absolute path of this machine. */
export function guestPath(hostPath: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return hostPath;
  const slashed = hostPath.replace(/^\\\\\?\\(?=[A-Za-z]:)/, '').replace(/^\\\\\?\\UNC\\/, '//').replaceAll('\\', '/');
  return slashed.startsWith('//') ? `/${network}/${slashed.slice(2)}` : `/${slashed}`;
}

/** This machine's name of a path that the compiler asked for, given below `/` without the leading slash. */
export function hostPath(given: string, platform: NodeJS.Platform = process.platform): string {
  const guest = given.replaceAll(percent, '%');
  if (platform !== 'win32') return `/${guest}`;
  const parts = guest.split(/[\\/]+/).filter(part => part !== '');
  let start = -1;
  parts.forEach((part, i) => { if (drive.test(part) || part === network) start = i; });
  if (start < 0) {
    // Nothing lies beside the drives; a name that can't exist says so.
    return `\\\\?\\${parts.join('\\')}`;
  }
  const rest = parts.slice(start + 1).join('\\');
  return parts[start] === network ? `\\\\${rest}` : `${parts[start] ?? ''}\\${rest}`;
}

/** An operand as the compiler should get it: absolute, in its own notation. `-` stays: it is a standard stream. */
export function absoluteOperand(operand: string, cwd: string, platform: NodeJS.Platform = process.platform): string {
  if (operand === '-' || operand === '') return operand;
  const flavour = platform === 'win32' ? path.win32 : path.posix;
  // Not resolve(): it would fold `link/..`, which the file system resolves in its own way.
  const absolute = flavour.isAbsolute(operand) ? operand : cwd + flavour.sep + operand;
  return guestPath(absolute, platform);
}

/** As {@link absoluteOperand}, for a file that the tool writes. */
export function outputOperand(operand: string, cwd: string, platform?: NodeJS.Platform): string {
  return absoluteOperand(operand, cwd, platform).replaceAll('%', percent);
}

/** What a tool said, with the names of outputs as the user knows them. */
export function withOutputNames(said: Uint8Array): Uint8Array {
  const text = Buffer.from(said.buffer, said.byteOffset, said.length);
  return text.includes(percent) ? Buffer.from(text.toString().replaceAll(percent, '%')) : said;
}
