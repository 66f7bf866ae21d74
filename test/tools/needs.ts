import { findProgram } from '../../src/base/find';

/** A program of the machine that a test needs: its path, or the reason to skip. With CI=true a missing one is a failure. */
export function need(program: string): { path: string; skip: false } | { path: ''; skip: string } {
  const found = findProgram([program], [`/usr/sbin/${program}`]);
  if ('path' in found) return { path: found.path, skip: false };
  if (process.env['CI'] === 'true') return { path: '', skip: false };
  return { path: '', skip: `${program} is not on this machine` };
}
