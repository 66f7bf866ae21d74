// Fetches the embedded compiler ahead of the tests, by the command line's own verb: `node test/tools/compiler.mjs`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stage } from './editor/stage.mjs';
import { cleanEnv, run } from './processes.mjs';

const staged = await stage({ production: true });
const folder = mkdtempSync(join(tmpdir(), 'wasm-workbench-compiler-'));
try {
  writeFileSync(join(folder, 'main.c'), 'int main(void) { return 0; }\n');
  await run(process.execPath, [join(staged.extension, 'dist', 'cli.js'), 'cc', 'main.c', '-o', 'main.wasm'], { cwd: folder, env: cleanEnv({ WASM_WORKBENCH_EMBEDDED: 'always' }) });
} finally {
  staged.dispose();
  rmSync(folder, { recursive: true, force: true });
}
