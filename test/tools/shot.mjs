// Looks at the extension in the real editor:
//   node test/tools/shot.mjs FOLDER [SCRIPT.mjs] [--untrusted] [--out FOLDER]
// opens a copy of FOLDER (or `-` for an empty window) with the extension, then calls SCRIPT's default export
//   async (page, { shot, command, folder, url }) => { ... }
// with playwright's page. `shot(name)` saves a picture and prints its path, `command(title)` runs one through the palette. Without a
// SCRIPT it takes one picture.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openEditor } from './editor/served.mjs';
import { root, stage } from './editor/stage.mjs';
import { helpers } from './editor/page.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { untrusted: { type: 'boolean' }, out: { type: 'string', default: join(root, 'test', 'host', 'shots') } },
});
if (positionals.length === 0) {
  console.error('Usage: node test/tools/shot.mjs FOLDER [SCRIPT.mjs] [--untrusted] [--out FOLDER]');
  process.exit(2);
}
const script = positionals[1] === undefined
  ? async (_page, { shot }) => { await shot(basename(positionals[0])); }
  : (await import(pathToFileURL(resolve(positionals[1])).href)).default;
const copies = mkdtempSync(join(tmpdir(), 'wasm-workbench-shot-'));
let folder;
if (positionals[0] !== '-') {
  folder = join(copies, basename(resolve(positionals[0])));
  cpSync(resolve(positionals[0]), folder, { recursive: true });
}
const staged = await stage();
let editor;
try {
  editor = await openEditor({ open: folder, development: [staged.extension], trust: values.untrusted !== true, log: (type, line) => console.log(`[${type}] ${line}`) });
  const { page } = editor;
  mkdirSync(resolve(values.out), { recursive: true });
  const shot = async name => {
    const path = resolve(values.out, `${name}.png`);
    await page.screenshot({ path });
    console.log(path);
    return path;
  };
  const { command, ready } = helpers(page);
  await ready();
  try {
    await script(page, { shot, command, folder, url: editor.url, userData: editor.userData });
  } catch (error) {
    await shot('failed');
    throw error;
  }
} finally {
  await editor?.close();
  staged.dispose();
  rmSync(copies, { recursive: true, force: true, maxRetries: 5 });
}
