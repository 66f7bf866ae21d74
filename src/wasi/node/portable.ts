import * as fs from 'node:fs';
import { join, isAbsolute } from 'node:path';
import { FileType } from '../abi';
import { Open, type Stat } from '../device';
import { Errno } from '../errno';
import { attempt, openFlags, RealFiles, thrown } from './files';
import type { PathBook } from './threads/shared';

/** macOS: no link anywhere in the path is followed. */
const O_NOFOLLOW_ANY = 0x20000000;

/** A path to a directory that was looked at name by name: an object, so that it isn't taken for an errno. */
interface Place { readonly path: string }

/**
 * Real folders where files can't be named through open directories: macOS, Windows, Linux without /proc. Every name is looked at before
 * it is entered. What the guest itself does can't lead out; another process that swaps folders and links under way can, which the
 * documentation says.
 */
export class PortableFiles extends RealFiles<Place> {
  /** The paths of the open directories. */
  readonly #paths: PathBook;
  readonly #platform: NodeJS.Platform;

  constructor(platform: NodeJS.Platform = process.platform, paths: PathBook = privatePaths()) {
    super();
    this.#platform = platform;
    this.#paths = paths;
  }

  /** Opens a folder as a preopen's directory. Throws Node's system error. */
  openRoot(path: string): number {
    return this.#keep(fs.realpathSync.native(path));
  }

  /** A directory stays open, so that nothing else can get its inode number while its path is trusted. */
  #keep(path: string): number {
    const fd = fs.openSync(path, fs.constants.O_RDONLY);
    if (this.#paths.set(fd, path)) return fd;
    fs.closeSync(fd);
    throw Object.assign(new Error('too many directories are open'), { code: 'EMFILE' });
  }

  protected override directory(handle: number): Place | number {
    const path = this.#paths.get(handle);
    if (path === undefined) return -Errno.NOTDIR;
    const opened = fs.fstatSync(handle, { bigint: true });
    const now = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
    // The guest may have renamed it, and put a link in its place.
    return now?.dev === opened.dev && now.ino === opened.ino ? { path } : -Errno.NOENT;
  }

  protected override pathOf(dir: Place, name: string): string {
    return name === '.' ? dir.path : join(dir.path, name);
  }

  protected override shortcut(): undefined {
    return undefined;
  }

  protected override moved(): boolean {
    return false;
  }

  override isAbsolute(target: string): boolean {
    return this.#platform === 'win32' ? /^(?:[\\/]|[A-Za-z]:)/.test(target) : isAbsolute(target);
  }

  override readlinkAt(dir: Place, name: string): string | number {
    if (!this.#allowed(name)) return -Errno.NOENT;
    const target = super.readlinkAt(dir, name);
    return this.#platform === 'win32' && typeof target === 'string' && !this.isAbsolute(target) ? target.replaceAll('\\', '/') : target;
  }

  #allowed(name: string): boolean {
    return this.#platform !== 'win32' || isWindowsName(name);
  }

  override enter(dir: Place, name: string): Place | number {
    const found = this.statAt(dir, name, this.scratch);
    if (found < 0) return found;
    if (this.scratch.type === FileType.SYMBOLIC_LINK) return -Errno.LOOP;
    return this.scratch.type === FileType.DIRECTORY ? { path: this.pathOf(dir, name) } : -Errno.NOTDIR;
  }

  override leave(): void {
    // A path holds nothing open.
  }

  protected override statAt(dir: Place, name: string, stat: Stat): number {
    return this.#allowed(name) ? super.statAt(dir, name, stat) : -Errno.NOENT;
  }

  protected override openAt(dir: Place, name: string, how: number): number {
    if (!this.#allowed(name)) return -Errno.INVAL;
    const path = this.pathOf(dir, name);
    let type: number | undefined;
    const found = this.statAt(dir, name, this.scratch);
    if (found >= 0) type = this.scratch.type;
    else if (found !== -Errno.NOENT) return found;
    if (type === FileType.SYMBOLIC_LINK) return (how & Open.EXCLUSIVE) !== 0 ? -Errno.EXIST : -Errno.LOOP;
    if (type === FileType.DIRECTORY) {
      if ((how & Open.WRITE) !== 0 || (how & Open.TRUNCATE) !== 0) return -Errno.ISDIR;
      if ((how & Open.CREATE) !== 0) return (how & Open.EXCLUSIVE) !== 0 ? -Errno.EXIST : -Errno.ISDIR;
      return attempt(() => this.#keep(path));
    }
    if ((how & Open.DIRECTORY) !== 0) return type === undefined ? -Errno.NOENT : -Errno.NOTDIR;
    try {
      return fs.openSync(path, openFlags(how) | (this.#platform === 'darwin' ? O_NOFOLLOW_ANY : 0), 0o666);
    } catch (error) {
      return -thrown(error);
    }
  }

  override close(handle: number): number {
    this.#paths.delete(handle);
    return super.close(handle);
  }

  override list(handle: number): readonly string[] | number {
    const dir = this.directory(handle);
    return typeof dir === 'number' ? dir : this.listOf(dir.path);
  }

  protected override makeDirectoryAt(dir: Place, name: string): number {
    return this.#allowed(name) ? super.makeDirectoryAt(dir, name) : -Errno.INVAL;
  }

  protected override removeDirectoryAt(dir: Place, name: string): number {
    return this.#allowed(name) ? super.removeDirectoryAt(dir, name) : -Errno.NOENT;
  }

  protected override unlinkAt(dir: Place, name: string): number {
    return this.#allowed(name) ? super.unlinkAt(dir, name) : -Errno.NOENT;
  }

  protected override renameAt(dir: Place, name: string, to: Place, toName: string): number {
    return this.#allowed(name) ? this.#allowed(toName) ? super.renameAt(dir, name, to, toName) : -Errno.INVAL : -Errno.NOENT;
  }

  protected override linkAt(dir: Place, name: string, to: Place, toName: string): number {
    return this.#allowed(name) ? this.#allowed(toName) ? super.linkAt(dir, name, to, toName) : -Errno.INVAL : -Errno.NOENT;
  }

  protected override symlinkAt(target: string, dir: Place, name: string): number {
    return this.#allowed(name) ? super.symlinkAt(target, dir, name) : -Errno.INVAL;
  }
}

/** Paths that only one thread knows. */
function privatePaths(): PathBook {
  const paths = new Map<number, string>();
  return { get: fd => paths.get(fd), set: (fd, path) => { paths.set(fd, path); return true; }, delete: fd => { paths.delete(fd); } };
}

/** Whether Windows means by a name what it says: no second path in it, no stream, no device, nothing it would cut off. */
export function isWindowsName(name: string): boolean {
  if (name === '.') return true;
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\\:<>"|?*\x00-\x1f]/.test(name) || /[. ]$/.test(name)) return false;
  return !/^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?: *\..*)?$/i.test(name);
}
