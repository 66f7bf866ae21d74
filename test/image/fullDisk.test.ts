import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guest, runCli } from '../run/guests';
import { workplace } from './support';

// A file system of one megabyte: only root may mount it.
const able = process.platform === 'linux' && process.getuid?.() === 0;

void test('a full disk is said to be full, and nothing half-written stays', { skip: able ? false : 'only root can mount a small file system' }, async t => {
  const folder = workplace(t);
  const small = join(folder, 'small');
  mkdirSync(small);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
  if (mounted.status !== 0) {
    t.skip('mount is not allowed here');
    return;
  }
  try {
    writeFileSync(join(folder, 'noise'), randomBytes(3 << 20));
    const words = ['pack', guest('hello'), '--add', 'noise:/noise'];
    for (const place of ['image.tar', 'layout']) {
      const { code, stderr } = await runCli([...words, '--output', join(small, place)], '', { cwd: folder });
      assert.deepEqual([code, /the disk is full/.test(stderr), readdirSync(small)], [1, true, []], stderr);
    }
    const temporary = await runCli([...words, '--output', 'image.tar'], '', { cwd: folder, env: { ...process.env, TMPDIR: small } });
    assert.deepEqual([temporary.code, /the disk is full/.test(temporary.stderr), readdirSync(small)], [1, true, []], temporary.stderr);
    assert.equal((await runCli([...words, '--output', 'image.tar'], '', { cwd: folder })).code, 0);
    const run = await runCli(['run', 'image.tar'], '', { cwd: folder, env: { ...process.env, TMPDIR: small } });
    assert.deepEqual([run.code, /the disk is full/.test(run.stderr), readdirSync(small)], [1, true, []], run.stderr);
  } finally {
    spawnSync('umount', ['-l', small]);
  }
});
