import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cli, guest } from '../run/guests';
import { workplace } from './support';

/** Other Nodes that are here: the one of the served editor, whose version is another than that of the tests. */
function otherNodes(): string[] {
  const cache = process.env['WASM_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wasm-workbench');
  if (!existsSync(cache)) return [];
  return readdirSync(cache).flatMap(name => {
    const modules = join(cache, name, 'node_modules');
    if (!name.startsWith('code-server-') || !existsSync(modules)) return [];
    return readdirSync(modules).filter(each => /^node-(linux|darwin|win)/.test(each)).map(each => join(modules, each, process.platform === 'win32' ? 'node.exe' : 'bin/node')).filter(existsSync);
  });
}

const others = otherNodes();
void test('another Node makes the same bytes', { skip: others.length > 0 ? false : 'no other Node is here' }, t => {
  const folder = workplace(t);
  mkdirSync(join(folder, 'content/sub'), { recursive: true });
  // What compresses in many ways: runs, text, code, noise.
  writeFileSync(join(folder, 'content/text.txt'), Array.from({ length: 40_000 }, (_, at) => `line ${String(at)} of ${String((at * 7919) % 1000)}\n`).join(''));
  writeFileSync(join(folder, 'content/sub/program'), readFileSync(process.execPath).subarray(0, 8 << 20));
  writeFileSync(join(folder, 'content/sub/zeros'), Buffer.alloc(1 << 20));
  const made = [process.execPath, ...others].map((node, at) => {
    const output = join(folder, `${String(at)}.tar`);
    const digest = execFileSync(node, ['--', cli, 'pack', guest('hello'), '--add', 'content:/content', '--tag', 'x:1', '--output', output], { cwd: folder, encoding: 'utf8' }).trim();
    return { node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(), digest, file: createHash('sha256').update(readFileSync(output)).digest('hex') };
  });
  const [first, ...rest] = made;
  for (const each of rest) assert.deepEqual([each.digest, each.file], [first?.digest, first?.file], `${String(first?.node)} and ${each.node}`);
});
