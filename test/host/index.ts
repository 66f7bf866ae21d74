import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

// What the extension host loads: the compiled suite's mocha, its progress on the console, its counts in a file for the launcher.

/** Runs the suite that WASM_WORKBENCH_SUITE names; rejects when a test failed, which ends the editor with a code other than 0. */
export async function run(): Promise<void> {
  const suite = process.env['WASM_WORKBENCH_SUITE'];
  const results = process.env['WASM_WORKBENCH_RESULTS'];
  if (suite === undefined || results === undefined) throw new Error('Start this through test/tools/host.mjs.');
  const grep = process.env['WASM_WORKBENCH_GREP'];
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, retries: 1, reporter: Lines, ...(grep === undefined ? {} : { grep }) });
  const folder = join(__dirname, 'suites', suite);
  const files = readdirSync(folder).filter(name => name.endsWith('.test.js')).sort();
  if (files.length === 0) throw new Error(`The suite ${suite} has no tests.`);
  for (const file of files) mocha.addFile(join(folder, file));
  const count = { passed: 0, failed: 0, skipped: 0, failures: [] as string[] };
  await new Promise<void>(done => {
    mocha.run(() => { done(); })
      .on('pass', () => { count.passed++; })
      .on('fail', (test, error: unknown) => {
        count.failed++;
        count.failures.push(`${suite}: ${test.fullTitle()}: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0]}`);
      })
      .on('pending', () => { count.skipped++; });
  });
  writeFileSync(results, JSON.stringify(count));
  if (count.failed > 0) throw new Error(`${count.failed} failed`);
}

/** One line for each test; a failure with its stack. What failed once is tried again, which is told: an editor on a busy machine stumbles at times. */
class Lines extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pass', test => { console.log(`  ok   ${test.fullTitle()} (${test.duration ?? 0} ms)`); });
    runner.on('retry', (test: Mocha.Test, error: unknown) => { console.log(`  again ${test.fullTitle()}: ${error instanceof Error ? error.stack ?? error.message : String(error)}`); });
    runner.on('pending', test => { console.log(`  skip ${test.fullTitle()}`); });
    runner.on('fail', (test, error: unknown) => {
      console.log(`  FAIL ${test.fullTitle()}\n${error instanceof Error ? error.stack ?? error.message : String(error)}`);
    });
  }
}
