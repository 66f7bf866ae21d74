const drive = /^[a-zA-Z]:[\\/]/;

/** Whether a path of the debug information is absolute on the machine that compiled it, be it POSIX or Windows. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || path.startsWith('\\\\') || drive.test(path);
}

/** `name` as seen from `folder`, without `.` and `..` parts; written in the folder's own flavour. */
export function joinPath(folder: string, name: string): string {
  if (isAbsolutePath(name) || folder === '') return normalize(name);
  const windows = drive.test(folder) || folder.startsWith('\\\\');
  const separator = windows && folder.includes('\\') ? '\\' : '/';
  return normalize(folder.endsWith('/') || folder.endsWith('\\') ? folder + name : folder + separator + name);
}

function normalize(path: string): string {
  if (!/(^|[\\/])\.{0,2}([\\/]|$)/.test(path.slice(1))) return path;
  const windows = drive.test(path) || path.startsWith('\\\\');
  const separator = windows && path.includes('\\') ? '\\' : '/';
  const head = windows ? (path.startsWith('\\\\') ? '\\\\' : path.slice(0, 3)) : path.startsWith('/') ? '/' : '';
  const parts: string[] = [];
  for (const part of path.slice(head.length).split(windows ? /[\\/]/ : '/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else if (part !== '..' || head === '') parts.push(part);
  }
  return head + parts.join(separator);
}

/** The last part of a path of either flavour. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
