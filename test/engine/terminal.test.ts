import assert from 'node:assert/strict';
import { ownerLabel } from '../../src/engine/owner';
import { engineTest } from '../tools/engine';
import { noPty, Pty } from '../tools/pty';
import { cli, guest, scratch, startCli } from '../run/guests';

// Programs in Docker at a real terminal: crun gives them one of their own, a shim of runwasi none, so that ours edits the lines.

const inTerminal = (options: readonly string[], target: string): Pty => new Pty([process.execPath, '--', cli, 'run', '--runtime', 'docker', ...options, target], { cwd: scratch });

for (const [runtime, options, own] of [['a shim', [], false], ['crun', ['--docker-runtime', 'crun-wasm'], true]] as const) {
  engineTest(`at a terminal by ${runtime}: what is typed is read, Ctrl+C ends with 130 and leaves no container`, { own: true }, async ({ engine }, t) => {
    if (noPty !== false) {
      t.skip(noPty);
      return;
    }
    const pty = inTerminal(options, guest('cat'));
    t.after(() => { pty.close(); });
    pty.type('ready\r');
    // The terminal's echo, and the program's.
    await pty.shows(/ready\r+\n[^]*ready\r+\n/);
    if (own) {
      pty.resize(41, 133);
      pty.type('after\r');
      await pty.shows(/after\r+\n[^]*after\r+\n/);
    }
    pty.type('\u0003');
    assert.equal(await pty.ended, 130);
    const left = await engine.docker.listContainers({ all: true, filters: { label: [ownerLabel] } });
    assert.deepEqual(left.filter(one => (one.Labels[ownerLabel] ?? '').split('-')[1] === String(pty.pid)).map(one => one.Id), []);
  });

  engineTest(`at a terminal by ${runtime}: the exit code`, { own: true }, async (_found, t) => {
    if (noPty !== false) {
      t.skip(noPty);
      return;
    }
    const pty = inTerminal(options, guest('hello'));
    await pty.shows(/Hello\r+\n/);
    assert.equal(await pty.ended, 0);
  });
}

engineTest('under a shim the end of the input is told to the user, since the program never hears of it', {}, async ({ ours }, t) => {
  if (!ours) {
    t.skip('only known of the shim of test/engine');
    return;
  }
  const child = startCli(['run', '--runtime', 'docker', guest('cat')]);
  const ended = new Promise(resolve => { child.once('close', resolve); });
  let told = '';
  const note = new Promise<void>(resolve => {
    child.stderr?.on('data', (chunk: Buffer) => { if (/waits for ever[^]*embedded/.test(told += chunk.toString())) resolve(); });
  });
  child.stdin?.end('piped');
  await Promise.race([note, ended]);
  child.kill('SIGTERM');
  assert.equal(await ended, 143);
  assert.match(told, /^note: The input has ended, which runtime io\.containerd\.wasmedge\.v1 does not tell the program: .*\n {2}Run it in the embedded host/);
});
