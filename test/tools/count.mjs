// How the parts of the tests tell their counts: a part that `npm test` started writes them to the file that WASM_WORKBENCH_COUNT names,
// so that only one closing line is printed; started alone it prints the line itself.
import { readFileSync, writeFileSync } from 'node:fs';

export const line = count => `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;

export function report(count) {
  const file = process.env.WASM_WORKBENCH_COUNT;
  if (file) writeFileSync(file, JSON.stringify(count));
  else console.log(line(count));
  if (count.failed > 0) process.exitCode = 1;
}

/** The counts that a part left, or undefined where it ended before it could. */
export function counted(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Counts a missing tool: skipped with one line, or failed with CI=true. */
export function missing(count, what, why) {
  const must = process.env.CI === 'true';
  console.log(`${must ? 'FAIL' : 'skip'} ${what}: ${why}${must ? ' (CI=true)' : ''}`);
  count[must ? 'failed' : 'skipped']++;
}
