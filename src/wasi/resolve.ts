import { FileSystem, Open, type Stat, type Time } from './device';
import { Errno } from './errno';
import { FileType } from './abi';

/** As many links as Linux follows in one path. */
const MOST_LINKS = 40;
const DOT = 0x2e;

/**
 * Where a path leads: a name in a directory, or a directory itself (the path ends in `.` or `..`). The walk goes one name at a time and
 * splices in the text of links, so it can't leave the directory it began in: `..` pops what was entered, and at the beginning fails.
 */
export class Walk<Dir> {
  readonly #steps: Steps<Dir>;
  /** What was entered; the first is only borrowed. */
  readonly #stack: Dir[] = [];
  #rest: string[] = [];
  #links = 0;
  name = '';
  /** `.` or `..` where the path ends in one: the directory itself is meant. */
  self: '.' | '..' | undefined;
  /** The path ends in a slash: what it names has to be a directory. */
  slash = false;

  constructor(steps: Steps<Dir>) {
    this.#steps = steps;
  }

  /** The directory that `name` is in, or that is meant itself. */
  get parent(): Dir {
    return this.#stack[this.#stack.length - 1] as Dir;
  }

  /** Begins in `base`. `whole`: a trailing slash means the directory itself. 0 or -errno; `end` must follow. */
  begin(base: Dir, path: string, whole: boolean): number {
    this.#stack.push(base);
    this.#links = 0;
    this.slash = path.endsWith('/');
    if (!path.includes('/') && path !== '.' && path !== '..') {
      this.name = path;
      this.self = undefined;
      return 0;
    }
    this.#push(path, whole);
    return this.#go();
  }

  /** Begins at a parent that is known already. */
  beginAt(parent: Dir, name: string): void {
    this.#stack.push(parent);
    this.#links = 0;
    this.name = name;
    this.self = undefined;
    this.slash = false;
  }

  /** Goes on where the symbolic link `name` leads. -INVAL when it is none. */
  follow(): number {
    const errno = this.#splice(this.name);
    return errno < 0 ? errno : this.#go();
  }

  /** Lets go of what was entered. */
  end(): void {
    while (this.#stack.length > 1) this.#steps.leave(this.#stack.pop() as Dir);
    this.#stack.length = 0;
    this.#rest.length = 0;
  }

  #push(path: string, whole: boolean): void {
    const parts = path.split('/');
    const slash = path.endsWith('/');
    if (slash && whole) this.#rest.push('.');
    for (let i = parts.length - 1; i >= 0; i--) if (parts[i] !== '') this.#rest.push(parts[i] as string);
  }

  #splice(name: string): number {
    const target = this.#steps.readlinkAt(this.parent, name);
    if (typeof target === 'number') return target;
    if (target.startsWith('/') || this.#steps.isAbsolute(target)) return -Errno.NOTCAPABLE;
    if (target === '') return -Errno.NOENT;
    if (++this.#links > MOST_LINKS) return -Errno.LOOP;
    this.#push(target, true);
    return 0;
  }

  #go(): number {
    this.self = '.';
    while (this.#rest.length > 0) {
      const part = this.#rest.pop() as string;
      if (part === '.') {
        this.self = '.';
        continue;
      }
      if (part === '..') {
        if (this.#stack.length === 1) return -Errno.NOTCAPABLE;
        this.#steps.leave(this.#stack.pop() as Dir);
        this.self = '..';
        continue;
      }
      if (this.#rest.length === 0) {
        this.name = part;
        this.self = undefined;
        return 0;
      }
      const entered = this.#steps.enter(this.parent, part);
      if (typeof entered !== 'number') {
        this.#stack.push(entered);
        this.self = '.';
        continue;
      }
      if (entered !== -Errno.NOTDIR && entered !== -Errno.LOOP) return entered;
      const errno = this.#splice(part);
      if (errno < 0) return errno === -Errno.INVAL ? -Errno.NOTDIR : errno;
      this.self = '.';
    }
    return 0;
  }
}

/** One step of a walk. `Dir` is whatever a backend knows a directory by, but no number. */
export interface Steps<Dir> {
  /** A directory in a directory; a link or anything else is -NOTDIR or -LOOP. */
  enter(dir: Dir, name: string): Dir | number;
  /** Lets go of what `enter` gave. */
  leave(dir: Dir): void;
  /** -INVAL for what is no link. */
  readlinkAt(dir: Dir, name: string): string | number;
  isAbsolute(target: string): boolean;
}

/**
 * A file system whose backend works on one name in one directory and never follows a link: all rules about paths are here (POSIX's, as
 * far as preview 1 keeps them), and no way out.
 */
export abstract class SteppedFileSystem<Dir> extends FileSystem implements Steps<Dir> {
  readonly #walk = new Walk<Dir>(this);
  readonly #other = new Walk<Dir>(this);

  /** The directory behind a handle, -errno when it can't be used any more. */
  protected abstract directory(handle: number): Dir | number;
  abstract enter(dir: Dir, name: string): Dir | number;
  abstract leave(dir: Dir): void;
  abstract readlinkAt(dir: Dir, name: string): string | number;
  /** Opens a name, or with `.` the directory itself. Links: -LOOP. */
  protected abstract openAt(dir: Dir, name: string, how: number): number;
  /** Links are told as such; `.` is the directory itself. */
  protected abstract statAt(dir: Dir, name: string, stat: Stat): number;
  protected abstract makeDirectoryAt(dir: Dir, name: string): number;
  protected abstract removeDirectoryAt(dir: Dir, name: string): number;
  protected abstract unlinkAt(dir: Dir, name: string): number;
  protected abstract renameAt(dir: Dir, name: string, to: Dir, toName: string): number;
  protected abstract linkAt(dir: Dir, name: string, to: Dir, toName: string): number;
  protected abstract symlinkAt(target: string, dir: Dir, name: string): number;
  protected abstract setTimesAt(dir: Dir, name: string, accessed: Time, modified: Time): number;
  protected abstract readonly scratch: Stat;

  /** Whether a link's text is an absolute path here, beyond a leading slash. */
  abstract isAbsolute(target: string): boolean;

  /** Whether what `shortcut` gave is no longer where it was believed to be: then nothing is known of it any more. */
  protected abstract moved(handle: number, parent: string): boolean;

  /** A quick way to the directory `parent` of a handle, where the backend has one that is as safe as walking. */
  protected abstract shortcut(handle: number, parent: string): Dir | undefined;

  /**
   * The directory of a path's last name where no walk is needed: a name alone, or behind a parent that the backend has a quick way to. The
   * name is the last part of the path, which does not end in a slash, and is neither `.` nor `..`; a link in its place is not followed.
   */
  #near(handle: number, path: string): Dir | undefined {
    const slash = path.lastIndexOf('/');
    if (slash === 0 || slash === path.length - 1) return undefined;
    const dots = path.charCodeAt(slash + 1) === DOT && (path.length === slash + 2 || (path.charCodeAt(slash + 2) === DOT && path.length === slash + 3));
    if (dots) return undefined;
    if (slash > 0) return this.shortcut(handle, path.slice(0, slash));
    const base = this.directory(handle);
    return typeof base === 'number' ? undefined : base;
  }

  /** Sets `walk` to where a path leads: 0 or -errno. */
  #begin(walk: Walk<Dir>, handle: number, path: string, whole: boolean): number {
    const slash = path.lastIndexOf('/');
    if (slash > 0 && slash < path.length - 1) {
      const name = path.slice(slash + 1);
      if (name !== '.' && name !== '..') {
        const parent = this.shortcut(handle, path.slice(0, slash));
        if (parent !== undefined) {
          walk.beginAt(parent, name);
          // What the final name may link to is sought from the parent on; a link that climbs needs the whole walk.
          return 0;
        }
      }
    }
    const base = this.directory(handle);
    return typeof base === 'number' ? base : walk.begin(base, path, whole);
  }

  /** Runs `work` where a path leads, and lets go. */
  #at(handle: number, path: string, whole: boolean, work: (walk: Walk<Dir>) => number): number {
    const walk = this.#walk;
    let result: number;
    try {
      const errno = this.#begin(walk, handle, path, whole);
      result = errno < 0 ? errno : work(walk);
    } finally {
      walk.end();
    }
    if (result !== -Errno.NOENT) return result;
    const slash = path.lastIndexOf('/');
    return slash > 0 && this.moved(handle, path.slice(0, slash)) ? this.#at(handle, path, whole, work) : result;
  }

  /** Follows the link that a walk ended at. A walk that took a shortcut has forgotten the way up, so it begins again in full. */
  #follow(walk: Walk<Dir>, handle: number, path: string): number {
    walk.end();
    const base = this.directory(handle);
    if (typeof base === 'number') return base;
    const errno = walk.begin(base, path, true);
    return errno < 0 ? errno : walk.self !== undefined ? 0 : walk.follow();
  }

  override open(handle: number, path: string, how: number): number {
    const near = this.#near(handle, path);
    if (near !== undefined) {
      const slash = path.lastIndexOf('/');
      const opened = this.openAt(near, path.slice(slash + 1), how & ~Open.FOLLOW);
      if (opened === -Errno.NOENT && slash > 0 && this.moved(handle, path.slice(0, slash))) return this.open(handle, path, how);
      if (opened !== -Errno.LOOP && (opened !== -Errno.NOTDIR || (how & Open.DIRECTORY) === 0)) return opened;
    }
    return this.#at(handle, path, true, walk => {
      const bare = how & ~Open.FOLLOW;
      let first = true;
      for (;;) {
        if (walk.self !== undefined) {
          if ((how & Open.CREATE) !== 0 && (how & Open.EXCLUSIVE) !== 0) return -Errno.EXIST;
          if ((how & (Open.WRITE | Open.TRUNCATE | Open.CREATE)) !== 0) return -Errno.ISDIR;
          return this.openAt(walk.parent, '.', bare | Open.DIRECTORY);
        }
        const opened = this.openAt(walk.parent, walk.name, bare);
        if (opened !== -Errno.LOOP && !(opened === -Errno.NOTDIR && (how & Open.DIRECTORY) !== 0)) return opened;
        if ((how & Open.FOLLOW) === 0) return this.#isLink(walk) ? -Errno.LOOP : opened;
        const errno = first ? this.#follow(walk, handle, path) : walk.follow();
        if (errno < 0) return errno === -Errno.INVAL ? opened : errno;
        first = false;
      }
    });
  }

  #isLink(walk: Walk<Dir>): boolean {
    return this.statAt(walk.parent, walk.name, this.scratch) >= 0 && this.scratch.type === FileType.SYMBOLIC_LINK;
  }

  /** Runs `work` on what a path names, through the link in its last place if `follow`. */
  #final(handle: number, path: string, follow: boolean, stat: Stat, work: (dir: Dir, name: string) => number): number {
    return this.#at(handle, path, true, walk => {
      let first = true;
      for (;;) {
        if (walk.self !== undefined) {
          const found = this.statAt(walk.parent, '.', stat);
          return found < 0 ? found : work(walk.parent, '.');
        }
        const found = this.statAt(walk.parent, walk.name, stat);
        if (found < 0) return found;
        if (!follow || stat.type !== FileType.SYMBOLIC_LINK) return work(walk.parent, walk.name);
        const errno = first ? this.#follow(walk, handle, path) : walk.follow();
        // No link any more: somebody replaced it in between.
        if (errno < 0 && errno !== -Errno.INVAL) return errno;
        first = false;
      }
    });
  }

  override lookup(handle: number, path: string, follow: boolean, stat: Stat): number {
    const near = this.#near(handle, path);
    if (near !== undefined) {
      const slash = path.lastIndexOf('/');
      const found = this.statAt(near, path.slice(slash + 1), stat);
      if (found === -Errno.NOENT && slash > 0 && this.moved(handle, path.slice(0, slash))) return this.lookup(handle, path, follow, stat);
      if (found < 0 || !follow || stat.type !== FileType.SYMBOLIC_LINK) return found;
    }
    return this.#final(handle, path, follow, stat, () => 0);
  }

  override setTimes(handle: number, path: string, follow: boolean, accessed: Time, modified: Time): number {
    return this.#final(handle, path, follow, this.scratch, (dir, name) => this.setTimesAt(dir, name, accessed, modified));
  }

  override makeDirectory(handle: number, path: string): number {
    return this.#at(handle, path, false, walk => walk.self !== undefined ? -Errno.EXIST : this.makeDirectoryAt(walk.parent, walk.name));
  }

  override removeDirectory(handle: number, path: string): number {
    return this.#at(handle, path, false, walk => walk.self === '.' ? -Errno.INVAL : walk.self === '..' ? -Errno.NOTEMPTY
      : this.removeDirectoryAt(walk.parent, walk.name));
  }

  override unlink(handle: number, path: string): number {
    return this.#at(handle, path, false, walk => {
      if (walk.self !== undefined) return -Errno.ISDIR;
      if (walk.slash) {
        const type = this.#type(walk);
        return type < 0 ? type : type === FileType.DIRECTORY ? -Errno.ISDIR : -Errno.NOTDIR;
      }
      const result = this.unlinkAt(walk.parent, walk.name);
      // macOS and Windows say "not permitted" for a directory.
      return (result === -Errno.PERM || result === -Errno.ACCES) && this.#type(walk) === FileType.DIRECTORY ? -Errno.ISDIR : result;
    });
  }

  override readlink(handle: number, path: string): string | number {
    let target: string | number = -Errno.INVAL;
    const errno = this.#at(handle, path, false, walk => {
      if (walk.self !== undefined) return -Errno.INVAL;
      if (walk.slash) {
        const type = this.#type(walk);
        return type < 0 ? type : type === FileType.DIRECTORY ? -Errno.INVAL : -Errno.NOTDIR;
      }
      target = this.readlinkAt(walk.parent, walk.name);
      return typeof target === 'number' ? target : 0;
    });
    return errno < 0 ? errno : target;
  }

  override symlink(target: string, handle: number, path: string): number {
    if (this.isAbsolute(target)) return -Errno.NOTCAPABLE;
    return this.#at(handle, path, false, walk => this.#fresh(walk) || this.symlinkAt(target, walk.parent, walk.name));
  }

  override link(handle: number, path: string, toHandle: number, toPath: string): number {
    return this.#two(handle, path, toHandle, toPath, (from, to) => {
      if (from.self !== undefined) return -Errno.PERM;
      const type = this.#type(from);
      if (type < 0) return type;
      if (type === FileType.DIRECTORY) return -Errno.PERM;
      if (from.slash) return -Errno.NOTDIR;
      return this.#fresh(to) || this.linkAt(from.parent, from.name, to.parent, to.name);
    });
  }

  override rename(handle: number, path: string, toHandle: number, toPath: string): number {
    return this.#two(handle, path, toHandle, toPath, (from, to) => {
      if (from.self !== undefined || to.self !== undefined) return -Errno.BUSY;
      if (from.slash || to.slash) {
        const type = this.#type(from);
        if (type < 0) return type;
        if (type !== FileType.DIRECTORY) return -Errno.NOTDIR;
        const target = this.#type(to);
        if (target >= 0 && target !== FileType.DIRECTORY) return -Errno.NOTDIR;
      }
      return this.renameAt(from.parent, from.name, to.parent, to.name);
    });
  }

  /** The type of what a walk ended at, or -errno. */
  #type(walk: Walk<Dir>): number {
    const found = this.statAt(walk.parent, walk.name, this.scratch);
    return found < 0 ? found : this.scratch.type;
  }

  /** 0 when something that is no directory may be made here. */
  #fresh(walk: Walk<Dir>): number {
    if (walk.self !== undefined) return -Errno.EXIST;
    if (!walk.slash) return 0;
    const type = this.#type(walk);
    return type < 0 ? type : type === FileType.DIRECTORY ? -Errno.EXIST : -Errno.NOTDIR;
  }

  #two(handle: number, path: string, toHandle: number, toPath: string, work: (from: Walk<Dir>, to: Walk<Dir>) => number): number {
    const to = this.#other;
    return this.#at(handle, path, false, from => {
      try {
        // The shortcut of the second path may push the first one's parent out of a cache: walked in full, nothing is shared.
        const base = this.directory(toHandle);
        const errno = typeof base === 'number' ? base : to.begin(base, toPath, false);
        return errno < 0 ? errno : work(from, to);
      } finally {
        to.end();
      }
    });
  }
}
