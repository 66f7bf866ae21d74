// Packs the extension with vsce, as `npx @vscode/vsce package` does, from a copy of the checkout, and looks into what came out:
// `node test/tools/vsix.mjs [FILE.vsix]`. Throws where it holds more than what runs, less than what runs, or is too big.
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { cleanEnv, run } from './processes.mjs';
import { root } from './editor/stage.mjs';

const limit = 1_000_000;
const allowed = /^(\[Content_Types\]\.xml|extension\.vsixmanifest|extension\/(dist\/[\w.-]+\.(js|wasm)|media\/.+|syntaxes\/.+|package(\.nls(\.[\w-]+)?)?\.json|readme\.md|changelog\.md|LICENSE(\.txt)?))$/i;

/**
 * Packs to `file`. The copy has the checkout's own manifest, scripts and .vscodeignore, and no history or caches. Its node_modules is a link,
 * which npm would take for projects of their own with development packages missing; and nothing of it is packed in any case.
 */
export async function pack(file) {
  const copy = mkdtempSync(join(tmpdir(), 'wasm-workbench-pack-'));
  try {
    const left = new Set(['.git', 'node_modules', 'dist', 'out', '.vscode-test']);
    for (const name of readdirSync(root).filter(entry => !left.has(entry) && !entry.endsWith('.vsix'))) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
    await run(process.execPath, [join(root, 'node_modules/@vscode/vsce/vsce'), 'package', '--no-dependencies', '--out', file], { cwd: copy, quiet: true, env: cleanEnv(), timeoutMs: 180_000 });
  } finally {
    rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The files of a zip archive, by name; each is inflated when asked for. */
export function zipEntries(bytes) {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0) throw new Error('not a zip archive');
  const entries = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    const method = bytes.readUInt16LE(at + 10);
    const packed = bytes.readUInt32LE(at + 20);
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map(offset => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameSize);
    entries.set(name, () => {
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(start, start + packed);
      return method === 0 ? data : inflateRawSync(data);
    });
    at += 46 + nameSize + extraSize + commentSize;
  }
  return entries;
}

/** What is wrong with a packed extension, one sentence each; nothing when it is as it should be. */
export function objections(file) {
  const bytes = readFileSync(file);
  const entries = zipEntries(bytes);
  const found = [];
  if (bytes.length >= limit) found.push(`it has ${bytes.length} bytes, ${limit} are allowed`);
  for (const name of entries.keys()) if (!allowed.test(name) || name.endsWith('.map')) found.push(`${name} does not belong in it`);
  const manifest = JSON.parse(String(entries.get('extension/package.json')()));
  const needed = [manifest.main, ...Object.values(manifest.bin ?? {})].map(path => path.replace(/^\.\//, ''));
  for (const name of ['package.json', 'readme.md', ...needed]) {
    if (![...entries.keys()].some(entry => entry.toLowerCase() === `extension/${name}`.toLowerCase())) found.push(`${name} is missing`);
  }
  // Every file that a bundle loads by a relative path has to be there too.
  for (const [name, read] of entries) {
    if (!/^extension\/dist\/.*\.js$/.test(name)) continue;
    for (const match of String(read()).matchAll(/require\("(\.\/[^"]+)"\)/g)) {
      const wanted = `extension/dist/${match[1].slice(2)}`;
      if (!entries.has(wanted) && !entries.has(`${wanted}.js`)) found.push(`${name} requires ${match[1]}, which is missing`);
    }
  }
  for (const path of (JSON.stringify(manifest.contributes).match(/"\.?\/?(?:media|syntaxes)\/[^"]+"/g) ?? [])) {
    const wanted = `extension/${JSON.parse(path).replace(/^\.?\//, '')}`;
    if (!entries.has(wanted)) found.push(`${wanted} is contributed and missing`);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = resolve(process.argv[2] ?? join(root, 'wasm-workbench.vsix'));
  await pack(file);
  const wrong = objections(file);
  if (!existsSync(file) || wrong.length > 0) throw new Error(`${file}: ${wrong.join('; ')}.`);
  console.log(`${file}: ${readFileSync(file).length} bytes, ${zipEntries(readFileSync(file)).size} files`);
}
