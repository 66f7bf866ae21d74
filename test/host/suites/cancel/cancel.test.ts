import * as assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { appeared, gone, inside, next, taskNamed } from '../support';

suite('cancelling a build', () => {
  for (const how of ['the task is ended', 'its terminal gets Ctrl+C'] as const) {
    test(`ends its compiler and all that it started when ${how}`, async () => {
      rmSync(inside('pids'), { force: true });
      const task = await taskNamed('Build slow (debug)');
      const opened = next(vscode.window.onDidOpenTerminal, terminal => terminal.name.includes('slow'));
      const ended = next(vscode.tasks.onDidEndTask, event => event.execution.task.name === task.name);
      const execution = await vscode.tasks.executeTask(task);
      await appeared(inside('pids'));
      const pids = readFileSync(inside('pids'), 'utf8').split(' ').map(Number);
      assert.equal(pids.length, 2);
      if (how === 'the task is ended') execution.terminate();
      else (vscode.window.activeTerminal ?? await opened).sendText('\u0003', false);
      await ended;
      await Promise.all(pids.map(gone));
      assert.ok(!existsSync(inside('slow.wasm')));
    });
  }
});
