// A copy of the extension as it would be packaged, in a temporary folder: a run is not disturbed by a build that happens meanwhile.
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAll } from '../../../esbuild.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/**
 * Bundles the extension into a folder of its own: `extension` there is a development path, `tests` a place for compiled tests, from
 * which node_modules resolves. `dispose()` removes it; so does this process's end.
 */
export async function stage({ production = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'wasm-workbench-stage-'));
  const dispose = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.on('exit', dispose);
  const extension = join(folder, 'extension');
  await buildAll({ production, outdir: join(extension, 'dist') });
  const shipped = readdirSync(root).filter(name => /^(package(\.nls.*)?\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(name));
  for (const name of [...shipped, 'media', 'syntaxes']) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(extension, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return {
    folder, extension, tests: join(folder, 'tests'),
    dispose() {
      process.off('exit', dispose);
      dispose();
    },
  };
}
