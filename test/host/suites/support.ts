import * as assert from 'node:assert/strict';
import { existsSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';

/** The n-th workspace folder. */
export function folderAt(index: number): vscode.WorkspaceFolder {
  const folder = vscode.workspace.workspaceFolders?.[index];
  assert.ok(folder, `there is no workspace folder ${index}`);
  return folder;
}

/** A path in the first workspace folder. */
export function inside(...parts: readonly string[]): string {
  return join(folderAt(0).uri.fsPath, ...parts);
}

/** Resolves with an event's first value that fits. */
export function next<T>(event: vscode.Event<T>, fits: (value: T) => boolean): Promise<T> {
  return new Promise(done => {
    const listener = event(value => {
      if (!fits(value)) return;
      listener.dispose();
      done(value);
    });
  });
}

/** Resolves when a file is there. */
export async function appeared(file: string): Promise<void> {
  await new Promise<void>(done => {
    const watcher = watch(dirname(file), (_kind, name) => {
      if ((name === null || name === basename(file)) && existsSync(file)) finish();
    });
    const finish = (): void => {
      watcher.close();
      done();
    };
    if (existsSync(file)) finish();
  });
}

/** Resolves when a process is gone; fails after ten seconds. */
export async function gone(pid: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise(done => setTimeout(done, 50));
  }
  assert.fail(`process ${pid} is still there`);
}

/** The task of type `wasi` of that name. */
export async function taskNamed(name: string): Promise<vscode.Task> {
  const tasks = await vscode.tasks.fetchTasks({ type: 'wasi' });
  const found = tasks.find(task => task.name === name);
  assert.ok(found, `no task ${name} among ${tasks.map(task => task.name).join(', ')}`);
  return found;
}

/** Runs a task to its end; gives the exit code. */
export async function perform(task: vscode.Task): Promise<number | undefined> {
  const ended = next(vscode.tasks.onDidEndTaskProcess, event => event.execution.task.name === task.name);
  await vscode.tasks.executeTask(task);
  return (await ended).exitCode;
}

/** What a debug session said, as its adapter sent it. */
export interface Session {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** Runs a launch configuration to its end; `during` is called once the program has been started. */
export async function launch(
  configuration: Readonly<Record<string, unknown>>, during: (session: vscode.DebugSession) => unknown = () => {}, options: vscode.DebugSessionOptions = { noDebug: true },
): Promise<Session> {
  const said = { exitCode: undefined as number | undefined, output: '' };
  let own: string | undefined;
  const tracker = vscode.debug.registerDebugAdapterTrackerFactory('wasi', {
    createDebugAdapterTracker(session) {
      own = session.id;
      return {
        onDidSendMessage(message: { event?: string; body?: { exitCode?: number; output?: string } }) {
          if (message.event === 'output') said.output += message.body?.output ?? '';
          if (message.event === 'exited') said.exitCode = message.body?.exitCode;
          if (message.event === 'process') void during(session);
        },
      };
    },
  });
  try {
    // The end of an earlier session may be told late.
    const over = next(vscode.debug.onDidTerminateDebugSession, session => session.id === own);
    const complete = { type: 'wasi', request: 'launch', name: 'test', ...configuration };
    assert.ok(await vscode.debug.startDebugging(folderAt(0), complete, options), 'the session did not start');
    await over;
    return said;
  } finally {
    tracker.dispose();
  }
}

/** Replaces a file's text by way of an editor, and saves it. */
export async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  edit.replace(document.uri, all, change(document.getText()));
  await vscode.workspace.applyEdit(edit);
  await document.save();
}
