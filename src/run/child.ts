import * as l10n from '@vscode/l10n';
import { readFileSync, rmSync } from 'node:fs';
import { isUserError, messageOf } from '../base/error';
import { loadHost } from './hosting';
import { runGuest, writeError } from './hosting/guest';
import { exitCodes, type GuestSpec } from './hosting/spec';
import { endWithParent } from './hosting/watch';
import { fileVariable, specVariable } from './launch';

// The program that hosts a guest in a process of its own: see launch.ts. What it is told comes by the environment, which the guest doesn't see.

/** The spec this process was started with; it is taken out of the environment. */
function takeSpec(): GuestSpec {
  const file = process.env[fileVariable];
  const text = file === undefined ? process.env[specVariable] : readFileSync(file, 'utf8');
  if (file !== undefined) rmSync(file, { force: true });
  delete process.env[fileVariable];
  delete process.env[specVariable];
  if (text === undefined) throw new Error(`${specVariable} is not set`);
  return JSON.parse(text) as GuestSpec;
}

async function main(): Promise<number> {
  if (process.argv[2] === '--probe') {
    // What the parent wants to know: that this executable is a Node that runs our program at all.
    process.stdout.write(JSON.stringify({ node: process.versions.node, v8: process.versions.v8 }) + '\n');
    return 0;
  }
  const spec = takeSpec();
  await endWithParent();
  return runGuest(spec, await loadHost(spec.host));
}

main().then(code => process.exit(code), (error: unknown) => {
  writeError((isUserError(error) ? error.message : l10n.t('The host failed: {0}.', messageOf(error))) + '\n');
  process.exit(isUserError(error) && error.code === 'no-runtime' ? exitCodes.noRuntime : exitCodes.failed);
});
