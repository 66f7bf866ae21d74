import * as fs from 'node:fs';
import { Open, type Stat } from '../device';
import { Errno } from '../errno';
import { attempt, openFlags, RealFiles, thrown } from './files';

const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants;
/** Parents that are kept open. */
const PARENTS = 32;
/** For so long (ms) a parent that was checked is believed to be where it was. No link is followed by it, whatever happens meanwhile. */
const TRUST = 5;
/** For so long (ms) even where nothing is found in it. */
const JUST = 0.2;

/** So many calls in a row in one directory make this process move there: moving costs as much as three of them. */
const OFTEN = 8;

interface Parent { readonly fd: number; readonly handle: number; readonly text: string; checked: number }

/** Whether this system lets files be named through open directories. */
export function canOpenByDescriptor(): boolean {
  return process.platform === 'linux' && attempt(() => {
    const fd = fs.openSync('/', O_PATH | O_DIRECTORY);
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`) === '/' ? 0 : 1;
    } finally {
      fs.closeSync(fd);
    }
  }) === 0;
}

/**
 * Real folders on Linux: every directory is a descriptor, and a name in it is `/proc/self/fd/N/NAME`, which the kernel looks up in that
 * very directory, wherever it was moved to: what openat() is to C. Nothing that other processes do to the tree leads out of it.
 */
export class LinuxFiles extends RealFiles<number[]> {
  readonly #parents = new Map<string, Parent>();
  /** /proc gives a program the memory of its host; where a preopen holds it, it isn't entered. */
  readonly #proc: bigint | undefined;
  readonly #trust: number;
  #missed = 0;
  #suspect = false;
  /** The directory that this process stands in, where it may stand in any (-1: none of ours): a name in it needs no way through /proc, which is half of a call. */
  #here = -1;
  #mayMove: boolean;
  /** The directory that was used last, and how often in a row. */
  #used = -1;
  #row = 0;

  /**
   * `threads`: others close and open descriptors as well, so that a number alone says nothing about what was known of it. `mayMove`: the working
   * directory of this process is nobody else's business.
   */
  constructor(roots: readonly string[], threads = false, mayMove = false) {
    super();
    this.#mayMove = mayMove && !threads;
    this.#trust = threads ? 0 : TRUST;
    if (roots.some(root => root === '/' || root === '/proc' || root.startsWith('/proc/'))) this.#proc = fs.lstatSync('/proc', { bigint: true }).dev;
  }

  /** Opens a folder as a preopen's directory. Throws Node's system error. */
  openRoot(path: string): number {
    const fd = fs.openSync(path, O_PATH | O_DIRECTORY);
    if (this.#isProc(fd)) {
      fs.closeSync(fd);
      throw Object.assign(new Error(`${path} belongs to the host's own processes`), { code: 'EACCES' });
    }
    return fd;
  }

  #isProc(fd: number): boolean {
    return this.#proc !== undefined && fs.fstatSync(fd, { bigint: true }).dev === this.#proc;
  }

  override isAbsolute(): boolean {
    return false;
  }

  // A directory is its descriptor in a list of one: an object, so that it isn't taken for an errno.
  protected override directory(handle: number): number[] {
    return [handle];
  }

  protected override pathOf(dir: number[], name: string): string {
    const fd = dir[0] ?? -1;
    return fd === this.#here ? name : `/proc/self/fd/${fd}/${name}`;
  }

  /** As {@link pathOf}, in a call that names one path only: the process moves to a directory that is used again and again. */
  #pathIn(dir: number[], name: string): string {
    const fd = dir[0] ?? -1;
    if (fd === this.#here) return name;
    if (this.#mayMove) this.#consider(fd);
    return this.pathOf(dir, name);
  }

  #consider(fd: number): void {
    if (fd !== this.#used) {
      this.#used = fd;
      this.#row = 0;
    }
    if (++this.#row < OFTEN) return;
    this.#row = 0;
    if (attempt(() => { process.chdir(`/proc/self/fd/${fd}`); return 0; }) === 0) this.#here = fd;
    else this.#mayMove = false;
  }

  /** Closes a directory's descriptor: its number may soon be another's. */
  #closeDirectory(fd: number): void {
    if (fd === this.#here) this.#here = -1;
    if (fd === this.#used) this.#used = -1;
    fs.closeSync(fd);
  }

  protected override statAt(dir: number[], name: string, stat: Stat): number {
    return this.statPath(this.#pathIn(dir, name), stat);
  }

  override enter(dir: number[], name: string): number[] | number {
    const fd = attempt(() => fs.openSync(this.pathOf(dir, name), O_PATH | O_DIRECTORY | O_NOFOLLOW));
    if (fd < 0) return fd;
    if (this.#isProc(fd)) {
      fs.closeSync(fd);
      return -Errno.ACCES;
    }
    return [fd];
  }

  override leave(dir: number[]): void {
    this.#closeDirectory(dir[0] ?? -1);
  }

  /**
   * The parent opened as a whole: when its real path is its directory's with the parent's text behind it, then no link took part, and
   * the descriptor is inside.
   */
  protected override shortcut(handle: number, text: string): number[] | undefined {
    const key = `${handle}:${text}`;
    const known = this.#parents.get(key);
    if (known !== undefined) {
      const now = performance.now();
      if ((now - known.checked < this.#trust && !this.#suspect) || this.#confirm(known, now)) {
        return [known.fd];
      }
      this.#forget(key, known);
    }
    if (text.includes('//') || /(?:^|\/)\.{1,2}(?:\/|$)/.test(text)) return undefined;
    const fd = attempt(() => fs.openSync(`/proc/self/fd/${handle}/${text}`, O_PATH | O_DIRECTORY));
    if (fd < 0) return undefined;
    const parent: Parent = { fd, handle, text, checked: 0 };
    if (!this.#confirm(parent, performance.now()) || this.#isProc(fd)) {
      fs.closeSync(fd);
      return undefined;
    }
    if (this.#parents.size >= PARENTS) {
      const oldest = this.#parents.entries().next().value;
      if (oldest !== undefined) this.#forget(oldest[0], oldest[1]);
    }
    this.#parents.set(key, parent);
    return [fd];
  }

  /** Nothing was found in a parent that is only believed: somebody may have put another in its place. */
  protected override moved(handle: number, text: string): boolean {
    const key = `${handle}:${text}`;
    const known = this.#parents.get(key);
    if (known === undefined) return false;
    const now = performance.now();
    // Programs that search miss often.
    if (now - known.checked < JUST || this.#confirm(known, now)) return false;
    this.#forget(key, known);
    return true;
  }

  #confirm(parent: Parent, now: number): boolean {
    const base = this.#where(parent.handle);
    if (base === undefined || this.#where(parent.fd) !== (base === '/' ? '' : base) + '/' + parent.text) return false;
    parent.checked = now;
    if (this.#suspect) {
      this.#suspect = false;
      for (const other of this.#parents.values()) if (other !== parent) other.checked = 0;
    }
    return true;
  }

  #where(fd: number): string | undefined {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return undefined;
    }
  }

  #forget(key: string, parent: Parent): void {
    this.#parents.delete(key);
    this.#closeDirectory(parent.fd);
  }

  override close(handle: number): number {
    if (this.#parents.size > 0) for (const [key, parent] of this.#parents) if (parent.handle === handle) this.#forget(key, parent);
    if (handle === this.#here) this.#here = -1;
    if (handle === this.#used) this.#used = -1;
    return super.close(handle);
  }

  protected override openAt(dir: number[], name: string, how: number): number {
    const path = this.#pathIn(dir, name);
    // A directory's own descriptor needs no more than the right to pass through it, which O_PATH asks for.
    const flags = (how & Open.DIRECTORY) !== 0 && (how & Open.WRITE) === 0 ? O_PATH | O_DIRECTORY | O_NOFOLLOW : openFlags(how);
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      // Programs that search a path miss often and in a row: asking first is a tenth of the price of an error.
      if (this.#missed > 0 && (how & Open.CREATE) === 0) {
        this.#missed--;
        if (!fs.existsSync(path) && fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) {
          this.#missed = 32;
          return -Errno.NOENT;
        }
      }
      const fd = fs.openSync(path, flags, 0o666);
      if (this.#proc !== undefined && this.#isProc(fd)) {
        fs.closeSync(fd);
        return -Errno.ACCES;
      }
      return fd;
    } catch (error) {
      const errno = thrown(error);
      if (errno === Errno.NOENT) this.#missed = 32;
      return -errno;
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  override list(handle: number): readonly string[] | number {
    return this.listOf(`/proc/self/fd/${handle}/.`);
  }

  override sync(handle: number, dataOnly: boolean): number {
    const errno = super.sync(handle, dataOnly);
    if (errno !== -Errno.BADF) return errno;
    // A directory is open for its path only.
    return attempt(() => {
      const fd = fs.openSync(`/proc/self/fd/${handle}/.`, O_RDONLY | O_DIRECTORY);
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
      return 0;
    });
  }

  override setFlags(handle: number, _flags: number, how: number): number {
    const opened = attempt(() => fs.openSync(`/proc/self/fd/${handle}`, openFlags(how & ~(Open.CREATE | Open.EXCLUSIVE | Open.TRUNCATE)) & ~O_NOFOLLOW));
    if (opened >= 0) this.close(handle);
    return opened;
  }

  override setFileTimes(handle: number, ...times: [accessed: import('../device').Time, modified: import('../device').Time]): number {
    const errno = super.setFileTimes(handle, ...times);
    return errno === -Errno.BADF ? this.setTimesAt([handle], '.', ...times) : errno;
  }

  // What this program itself moves is seen at once.
  protected override renameAt(dir: number[], name: string, to: number[], toName: string): number {
    this.#suspect = true;
    return super.renameAt(dir, name, to, toName);
  }

  protected override removeDirectoryAt(dir: number[], name: string): number {
    this.#suspect = true;
    return super.removeDirectoryAt(dir, name);
  }
}
