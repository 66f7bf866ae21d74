import { FileType } from '../abi';
import { Open, type Stat, type Time } from '../device';
import { Stat as StatRecord } from '../device';
import { Errno } from '../errno';
import { SteppedFileSystem } from '../resolve';

/** What all entries of a memory file system have. Times are nanoseconds since 1970. */
interface Common {
  readonly inode: bigint;
  links: number;
  accessed: bigint;
  modified: bigint;
  changed: bigint;
}
export interface MemoryFile extends Common { readonly type: 'file'; bytes: Uint8Array; size: number }
export interface MemoryLink extends Common { readonly type: 'link'; readonly target: string }
export interface MemoryDirectory extends Common { readonly type: 'directory'; readonly entries: Map<string, MemoryEntry> }
export type MemoryEntry = MemoryFile | MemoryLink | MemoryDirectory;

interface Handle { readonly entry: MemoryEntry; readonly how: number }

/** Files that live as long as this object: for tests, for the browser's snapshots, for what must not touch the disk. */
export class MemoryFiles extends SteppedFileSystem<MemoryDirectory> {
  protected readonly scratch = new StatRecord();
  readonly #handles: (Handle | undefined)[] = [];
  readonly #now: () => bigint;
  /** Bytes that all files together may take; writes beyond it are NOSPC. */
  readonly #limit: number;
  #used = 0;
  #inodes = 0n;
  readonly root: MemoryDirectory;
  /** The handle of `root`, for a preopen. */
  readonly rootHandle: number;

  constructor(options: { readonly now?: () => bigint; readonly limit?: number } = {}) {
    super();
    this.#now = options.now ?? (() => BigInt(Date.now()) * 1000000n);
    this.#limit = options.limit ?? 2 ** 31;
    this.root = this.#newDirectory();
    this.rootHandle = this.#keep({ entry: this.root, how: Open.READ | Open.DIRECTORY });
  }

  /** Puts a file into the tree from outside, with the directories above it. `path` is relative, with slashes. */
  add(path: string, bytes: Uint8Array): MemoryFile {
    const parts = path.split('/').filter(part => part !== '' && part !== '.');
    const name = parts.pop();
    if (name === undefined || parts.includes('..') || name === '..') throw new RangeError(`not a path of a file: ${path}`);
    const at = this.addDirectory(parts.join('/'));
    const file: MemoryFile = { type: 'file', ...this.#common(), bytes, size: bytes.length };
    at.entries.set(name, file);
    this.#used += bytes.length;
    return file;
  }

  /** Puts a directory into the tree from outside, with those above it; gives it, or the one that is there. */
  addDirectory(path: string): MemoryDirectory {
    let at = this.root;
    for (const part of path.split('/').filter(part => part !== '' && part !== '.')) {
      let next = at.entries.get(part);
      if (next === undefined) at.entries.set(part, next = this.#newDirectory());
      if (next.type !== 'directory' || part === '..') throw new RangeError(`not a directory: ${part} of ${path}`);
      at = next;
    }
    return at;
  }

  /** Every entry below the root with its path. */
  *entries(from: MemoryDirectory = this.root, prefix = ''): Generator<readonly [path: string, entry: MemoryEntry]> {
    for (const [name, entry] of from.entries) {
      yield [prefix + name, entry];
      if (entry.type === 'directory') yield* this.entries(entry, `${prefix}${name}/`);
    }
  }

  #common(): Common {
    const now = this.#now();
    return { inode: ++this.#inodes, links: 1, accessed: now, modified: now, changed: now };
  }

  #newDirectory(): MemoryDirectory {
    return { type: 'directory', ...this.#common(), entries: new Map() };
  }

  #keep(handle: Handle): number {
    const free = this.#handles.indexOf(undefined);
    if (free < 0) return this.#handles.push(handle) - 1;
    this.#handles[free] = handle;
    return free;
  }

  #touch(entry: MemoryEntry): void {
    entry.modified = entry.changed = this.#now();
  }

  protected override directory(handle: number): MemoryDirectory | number {
    const entry = this.#handles[handle]?.entry;
    return entry?.type === 'directory' ? entry : -Errno.NOTDIR;
  }

  protected override moved(): boolean {
    return false;
  }

  protected override shortcut(): undefined {
    return undefined;
  }

  override isAbsolute(): boolean {
    return false;
  }

  override enter(dir: MemoryDirectory, name: string): MemoryDirectory | number {
    const entry = dir.entries.get(name);
    if (entry === undefined) return -Errno.NOENT;
    return entry.type === 'directory' ? entry : entry.type === 'link' ? -Errno.LOOP : -Errno.NOTDIR;
  }

  override leave(): void {
    // Nothing is held by walking.
  }

  override readlinkAt(dir: MemoryDirectory, name: string): string | number {
    const entry = dir.entries.get(name);
    return entry === undefined ? -Errno.NOENT : entry.type === 'link' ? entry.target : -Errno.INVAL;
  }

  protected override openAt(dir: MemoryDirectory, name: string, how: number): number {
    let entry: MemoryEntry | undefined = name === '.' ? dir : dir.entries.get(name);
    if (entry === undefined) {
      if ((how & Open.CREATE) === 0) return -Errno.NOENT;
      // A directory that was removed while open takes nothing in.
      if (dir.links === 0) return -Errno.NOENT;
      dir.entries.set(name, entry = { type: 'file', ...this.#common(), bytes: new Uint8Array(0), size: 0 });
      this.#touch(dir);
    } else if ((how & Open.CREATE) !== 0 && (how & Open.EXCLUSIVE) !== 0) return -Errno.EXIST;
    if (entry.type === 'link') return -Errno.LOOP;
    if (entry.type === 'directory') {
      if ((how & (Open.WRITE | Open.TRUNCATE | Open.CREATE)) !== 0) return -Errno.ISDIR;
    } else {
      if ((how & Open.DIRECTORY) !== 0) return -Errno.NOTDIR;
      if ((how & Open.TRUNCATE) !== 0) this.#resize(entry, 0);
    }
    return this.#keep({ entry, how });
  }

  protected override statAt(dir: MemoryDirectory, name: string, stat: Stat): number {
    const entry = name === '.' ? dir : dir.entries.get(name);
    if (entry === undefined) return -Errno.NOENT;
    fill(stat, entry);
    return 0;
  }

  protected override makeDirectoryAt(dir: MemoryDirectory, name: string): number {
    if (dir.entries.has(name)) return -Errno.EXIST;
    if (dir.links === 0) return -Errno.NOENT;
    dir.entries.set(name, this.#newDirectory());
    this.#touch(dir);
    return 0;
  }

  protected override removeDirectoryAt(dir: MemoryDirectory, name: string): number {
    const entry = dir.entries.get(name);
    if (entry === undefined) return -Errno.NOENT;
    if (entry.type !== 'directory') return -Errno.NOTDIR;
    if (entry.entries.size > 0) return -Errno.NOTEMPTY;
    this.#drop(dir, name, entry);
    return 0;
  }

  protected override unlinkAt(dir: MemoryDirectory, name: string): number {
    const entry = dir.entries.get(name);
    if (entry === undefined) return -Errno.NOENT;
    if (entry.type === 'directory') return -Errno.ISDIR;
    this.#drop(dir, name, entry);
    return 0;
  }

  #drop(dir: MemoryDirectory, name: string, entry: MemoryEntry): void {
    dir.entries.delete(name);
    entry.links--;
    entry.changed = this.#now();
    this.#touch(dir);
    this.#forget(entry);
  }

  /** Gives back the room of a file that nobody can reach any more. */
  #forget(entry: MemoryEntry): void {
    if (entry.type === 'file' && entry.links === 0 && !this.#handles.some(handle => handle?.entry === entry)) this.#used -= entry.bytes.length;
  }

  protected override renameAt(dir: MemoryDirectory, name: string, to: MemoryDirectory, toName: string): number {
    const entry = dir.entries.get(name);
    if (entry === undefined) return -Errno.NOENT;
    const target = to.entries.get(toName);
    if (target === entry) return 0;
    if (to.links === 0) return -Errno.NOENT;
    if (entry.type === 'directory') {
      if (holds(entry, to)) return -Errno.INVAL;
      if (target !== undefined && target.type !== 'directory') return -Errno.NOTDIR;
      if (target !== undefined && target.entries.size > 0) return -Errno.NOTEMPTY;
    } else if (target?.type === 'directory') return -Errno.ISDIR;
    if (target !== undefined) this.#drop(to, toName, target);
    dir.entries.delete(name);
    to.entries.set(toName, entry);
    entry.changed = this.#now();
    this.#touch(dir);
    this.#touch(to);
    return 0;
  }

  protected override linkAt(dir: MemoryDirectory, name: string, to: MemoryDirectory, toName: string): number {
    const entry = dir.entries.get(name);
    if (entry === undefined) return -Errno.NOENT;
    if (to.entries.has(toName)) return -Errno.EXIST;
    if (to.links === 0) return -Errno.NOENT;
    to.entries.set(toName, entry);
    entry.links++;
    entry.changed = this.#now();
    this.#touch(to);
    return 0;
  }

  protected override symlinkAt(target: string, dir: MemoryDirectory, name: string): number {
    if (dir.entries.has(name)) return -Errno.EXIST;
    if (dir.links === 0) return -Errno.NOENT;
    dir.entries.set(name, { type: 'link', ...this.#common(), target });
    this.#touch(dir);
    return 0;
  }

  protected override setTimesAt(dir: MemoryDirectory, name: string, accessed: Time, modified: Time): number {
    const entry = name === '.' ? dir : dir.entries.get(name);
    if (entry === undefined) return -Errno.NOENT;
    this.#setTimes(entry, accessed, modified);
    return 0;
  }

  #setTimes(entry: MemoryEntry, accessed: Time, modified: Time): void {
    const now = this.#now();
    if (accessed !== undefined) entry.accessed = accessed === 'now' ? now : accessed;
    if (modified !== undefined) entry.modified = modified === 'now' ? now : modified;
    entry.changed = now;
  }

  override list(handle: number): readonly string[] | number {
    const dir = this.directory(handle);
    return typeof dir === 'number' ? dir : [...dir.entries.keys()];
  }

  override read(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    const entry = this.#handles[handle]?.entry;
    if (entry === undefined) return -Errno.BADF;
    if (entry.type !== 'file') return -Errno.ISDIR;
    const n = Math.max(0, Math.min(length, entry.size - position));
    if (n > 0) bytes.set(entry.bytes.subarray(position, position + n), offset);
    return n;
  }

  override write(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    const open = this.#handles[handle];
    if (open?.entry.type !== 'file') return -Errno.BADF;
    const { entry } = open;
    const at = position < 0 ? entry.size : position;
    if (length === 0) return 0;
    const errno = at + length > entry.size ? this.#resize(entry, at + length) : 0;
    if (errno < 0) return errno;
    entry.bytes.set(bytes.subarray(offset, offset + length), at);
    this.#touch(entry);
    return length;
  }

  #resize(file: MemoryFile, size: number): number {
    if (size > file.bytes.length) {
      const room = Math.max(size, Math.min(file.bytes.length * 2, file.bytes.length + 2 ** 26));
      if (this.#used - file.bytes.length + size > this.#limit) return -Errno.NOSPC;
      let grown: Uint8Array;
      try {
        grown = new Uint8Array(room);
      } catch {
        return -Errno.NOSPC;
      }
      grown.set(file.bytes.subarray(0, file.size));
      this.#used += room - file.bytes.length;
      file.bytes = grown;
    } else if (size < file.size) file.bytes.fill(0, size, file.size);
    file.size = size;
    this.#touch(file);
    return 0;
  }

  override setSize(handle: number, size: number): number {
    const entry = this.#handles[handle]?.entry;
    return entry?.type === 'file' ? this.#resize(entry, size) : -Errno.INVAL;
  }

  override close(handle: number): number {
    const entry = this.#handles[handle]?.entry;
    if (entry === undefined) return -Errno.BADF;
    this.#handles[handle] = undefined;
    this.#forget(entry);
    return 0;
  }

  override stat(handle: number, stat: Stat): number {
    const entry = this.#handles[handle]?.entry;
    if (entry === undefined) return -Errno.BADF;
    fill(stat, entry);
    return 0;
  }

  override setFileTimes(handle: number, accessed: Time, modified: Time): number {
    const entry = this.#handles[handle]?.entry;
    if (entry === undefined) return -Errno.BADF;
    this.#setTimes(entry, accessed, modified);
    return 0;
  }
}

function fill(stat: Stat, entry: MemoryEntry): void {
  stat.device = 1n;
  stat.inode = entry.inode;
  stat.type = entry.type === 'file' ? FileType.REGULAR_FILE : entry.type === 'link' ? FileType.SYMBOLIC_LINK : FileType.DIRECTORY;
  stat.links = BigInt(entry.links);
  stat.size = BigInt(entry.type === 'file' ? entry.size : entry.type === 'link' ? entry.target.length : entry.entries.size);
  stat.accessed = entry.accessed;
  stat.modified = entry.modified;
  stat.changed = entry.changed;
}

/** Whether `inner` is `outer` or lies below it. */
function holds(outer: MemoryDirectory, inner: MemoryDirectory): boolean {
  if (outer === inner) return true;
  for (const entry of outer.entries.values()) if (entry.type === 'directory' && holds(entry, inner)) return true;
  return false;
}
