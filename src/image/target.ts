import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether what a user names as TARGET is an image: an image file, an OCI layout folder, or, where there is no such path, a name with a tag, a
 * digest or a registry. A bare word that is no path is taken for a mistyped path.
 */
export function isImageTarget(text: string, path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return isImageName(text);
  if (stat.isDirectory()) return existsSync(join(path, 'oci-layout'));
  return stat.isFile() && (/\.(tar|tgz|tar\.gz)$/i.test(path) || isTar(path));
}

/** `app:1`, `localhost:5000/app`, `ghcr.io/me/app:2`, `app@sha256:...`; neither `src/main.c` nor `C:\app`. */
export function isImageName(text: string): boolean {
  if (/^([./\\~]|[A-Za-z]:[\\/])/.test(text) || !/^[\w.:/@-]+$/.test(text)) return false;
  const [first = '', ...more] = text.split('/');
  const last = more.at(-1) ?? first;
  return /@sha(256|512):/.test(text) || /^[^:]+:\w[\w.-]*$/.test(last) || (more.length > 0 && (first === 'localhost' || /:\d+$/.test(first) || (first.includes('.') && !/\.\w{1,4}$/.test(last))));
}

function isTar(path: string): boolean {
  const head = Buffer.alloc(262);
  try {
    const fd = openSync(path, 'r');
    readSync(fd, head, 0, head.length, 0);
    closeSync(fd);
  } catch {
    return false;
  }
  return head.toString('latin1', 257, 262) === 'ustar';
}
