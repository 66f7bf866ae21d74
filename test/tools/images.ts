import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeArchive } from '../../src/image/stores/archive';
import { writeLayout } from '../../src/image/stores/layout';
import { parseReference } from '../../src/image/reference';
import { demoImage, imageOf, smallModule, tarOf } from '../image/make';

/** Fills a folder with image files of every kind for a look at the Images view: `node out/test/tools/images.js FOLDER`. */
export async function fillFolder(folder: string): Promise<void> {
  const signal = new AbortController().signal;
  const wasm = imageOf({ platform: { os: 'wasi', architecture: 'wasm' }, config: { Entrypoint: ['/app.wasm'] }, layers: [{ createdBy: 'pack app.wasm', tar: tarOf([{ name: 'app.wasm', body: smallModule, mode: 0o755 }]), plain: true }] });
  await writeArchive(demoImage(), join(folder, 'demo.tar'), parseReference('demo:1'), signal);
  await writeArchive(wasm, join(folder, 'wasm.tar.gz'), parseReference('wasm:1'), signal);
  await writeLayout(demoImage(), join(folder, 'layout'), parseReference('demo:2'), signal);
  writeFileSync(join(folder, 'Dockerfile'), 'FROM alpine\n# the program\nCOPY app.wasm /app/\nRUN rm /usr/lib/old.so && apk add x\nRUN rm -r /var/cache && \\\n  mkdir /var/cache\n');
}

const folder = process.argv[2];
if (require.main === module && folder !== undefined) void fillFolder(folder);
