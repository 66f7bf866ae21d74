// How the parts of the tests tell their counts: a part that `npm test` started writes them to the file that WASM_WORKBENCH_COUNT names,
// so that only one closing line is printed; started alone it prints the line itself.
import { readFileSync, writeFileSync } from 'node:fs';

export const line = count => `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;

/** Adds a part's counts (or nothing, where it left none) to a sum. */
export function add(sum, part) {
  for (const key of ['passed', 'failed', 'skipped']) sum[key] += part?.[key] ?? 0;
  if (part?.failures?.length > 0) (sum.failures ??= []).push(...part.failures);
}

/** Tells the counts, and once more, where it is looked for, the names of the tests that failed (`count.failures`). */
export function report(count) {
  const file = process.env.WASM_WORKBENCH_COUNT;
  if (file) writeFileSync(file, JSON.stringify(count));
  else {
    tellFailures(count.failures);
    console.log(line(count));
  }
  if (count.failed > 0) process.exitCode = 1;
}

/** Prints the failed tests' names, with the first line of each one's reason; nothing where there are none. */
export function tellFailures(failures = []) {
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map(text => `  ${text}`).join('\n')}`);
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
  if (must) (count.failures ??= []).push(`${what}: ${why}`);
}
