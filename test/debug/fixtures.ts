import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** The tests' folder in the checkout; the compiled tests run from out/. */
export const testFolder = resolve(process.env['BENCH_ROOT'] ?? resolve(__dirname, '../../..'), 'test/debug');
export const sourcesFolder = join(testFolder, 'fixtures/sources');

/** A module of fixtures/, unpacked; see fixtures/build.mjs for how each was made. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(brotliDecompressSync(readFileSync(join(testFolder, 'fixtures', `${name}.wasm.br`))));
}

/** 1-based line of the first source line that holds a text. */
export function lineOf(source: string, text: string): number {
  const index = readFileSync(join(sourcesFolder, source), 'utf8').split('\n').findIndex(line => line.includes(text));
  if (index < 0) throw new Error(`${source} has no line with ${text}`);
  return index + 1;
}
