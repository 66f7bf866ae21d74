import * as vscode from 'vscode';
import { basename, dirname, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { buildArguments, isWasmDockerfile } from '../../image/dockerfile';
import { settingsOf } from '../settings';
import { imageName } from './choices';

/** A task of type `wasi-image`, as tasks.json writes it: docker builds a Dockerfile for Wasm. */
interface ImageTask extends vscode.TaskDefinition {
  /** From the workspace folder. */
  readonly dockerfile: string;
  readonly tag?: string;
  readonly platform?: string;
}

const most = 50;
const largest = 1 << 20;

/** A task for each Dockerfile of the workspace that makes a Wasm image. */
export async function offeredImageTasks(): Promise<vscode.Task[]> {
  const files = await vscode.workspace.findFiles('**/{Dockerfile,Dockerfile.*,*.Dockerfile,Containerfile}', '**/{node_modules,.git}/**', most);
  const found = await Promise.all(files.map(async uri => {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const bytes = await vscode.workspace.fs.readFile(uri);
    if (folder === undefined || bytes.length > largest || !isWasmDockerfile(new TextDecoder().decode(bytes))) return [];
    return [taskOf({ type: 'wasi-image', dockerfile: vscode.workspace.asRelativePath(uri, false) }, folder)];
  }));
  return found.flat();
}

/** A task of tasks.json with what it runs; undefined where it does not say what. The very definition object must come back: the editor compares it. */
export function completeImageTask(task: vscode.Task): vscode.Task | undefined {
  const definition = task.definition as ImageTask;
  const folder = typeof task.scope === 'object' ? task.scope : vscode.workspace.workspaceFolders?.[0];
  return folder === undefined || typeof definition.dockerfile !== 'string' ? undefined : taskOf(definition, folder);
}

function taskOf(definition: ImageTask, folder: vscode.WorkspaceFolder): vscode.Task {
  const file = join(folder.uri.fsPath, definition.dockerfile);
  const context = vscode.workspace.getConfiguration('wasmWorkbench', folder.uri).get<string>('docker.context', '');
  const args = [
    ...(context === '' ? [] : ['--context', context]),
    ...buildArguments({ platform: definition.platform ?? 'wasi/wasm', tag: definition.tag ?? imageName(basename(dirname(file))), file: basename(file), context: '.' }),
  ];
  const execution = new vscode.ProcessExecution(settingsOf(file).paths['docker'] ?? 'docker', args, { cwd: dirname(file) });
  const task = new vscode.Task(definition, folder, l10n.t('Docker build {0}', definition.dockerfile), 'wasi-image', execution, []);
  task.group = vscode.TaskGroup.Build;
  return task;
}
