import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { isCanceled, messageOf, UserError } from './base/error';
import { commandIds, fullId, type CommandId } from './editor/commandIds';
import { registerModules } from './editor/modules';
import { showText } from './editor/textPage';
import { WebRunner, type WebRun } from './editor/web/runner';
import { runInTerminal } from './editor/web/terminal';
import { registerWit } from './editor/wit';
import { registerWat } from './editor/web/wat';

// The extension in a browser (vscode.dev, github.dev): modules and their texts run by our own host in a worker of the page, and are told about.
// What needs other programs is there on desktop only, which is said where it is asked for.

/** Runs whatever the browser can; the exit code is what tests look at. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });
  const failed = (error: unknown): void => { if (!isCanceled(error)) void vscode.window.showErrorMessage(messageOf(error)); };
  registerModules(context, failed);
  registerWit(context.subscriptions);
  const runner = new WebRunner(context.extensionUri);
  let last: WebRun | undefined;
  const run = (what: WebRun): Promise<number | undefined> => {
    last = what;
    return runInTerminal(runner, what, nameOf(what.file));
  };
  const handlers: Partial<Record<CommandId, (given: unknown) => Promise<unknown>>> = {
    run: given => run(runOf(given)),
    runAgain: given => run(last ?? runOf(given)),
    showInfo: async given => showText({ context }, `${nameOf(fileOf(given))}.txt`, await runner.info(fileOf(given))),
    convertToWasm: async given => {
      const source = fileOf(given);
      if (!/\.wat$/i.test(source.path)) throw new UserError('usage', l10n.t('Open a .wat file, or choose one in the explorer.'));
      const module = source.with({ path: source.path.replace(/\.wat$/i, '.wasm') });
      await vscode.workspace.fs.writeFile(module, await runner.assemble(source));
      vscode.window.setStatusBarMessage(l10n.t('Made {0}.', nameOf(module)), 5000);
    },
    openModule: async given => vscode.commands.executeCommand('vscode.openWith', fileOf(given), 'wasmWorkbench.module'),
    openWalkthrough: async () => vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`, false),
  };
  registerWat(context);
  for (const id of commandIds) {
    context.subscriptions.push(vscode.commands.registerCommand(fullId(id), async (given: unknown) => {
      try {
        const handler = handlers[id];
        if (handler === undefined) throw new UserError('no-runtime', l10n.t('A browser has no compilers and starts no programs: open this folder in desktop VS Code, or in a codespace, for that. Modules (.wasm) and their text (.wat) can be run here.'));
        return await handler(given);
      } catch (error) {
        failed(error);
        return undefined;
      }
    }));
  }
}

function nameOf(file: vscode.Uri): string {
  return file.path.slice(file.path.lastIndexOf('/') + 1);
}

/** The file that a command is about: the explorer's, or the active editor's. */
function fileOf(given: unknown): vscode.Uri {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const open = typeof input === 'object' && input !== null && 'uri' in input && input.uri instanceof vscode.Uri ? input.uri : undefined;
  const file = given instanceof vscode.Uri ? given : open;
  if (file !== undefined && /\.(wasm|wat)$/i.test(file.path)) return file;
  throw new UserError('usage', l10n.t('Open a .wasm or .wat file, or choose one in the explorer.'));
}

/** A run of a file as its folder's settings say; it sees its workspace folder as `/`. */
function runOf(given: unknown): WebRun {
  const file = fileOf(given);
  const settings = vscode.workspace.getConfiguration('wasmWorkbench.run', file);
  const folder = vscode.workspace.getWorkspaceFolder(file);
  return {
    // Copies: what the editor hands out can't be sent to a worker.
    file, args: [...settings.get<readonly string[]>('args', [])], env: { ...settings.get<Readonly<Record<string, string>>>('env', {}) },
    folders: folder === undefined ? [] : [{ uri: folder.uri, guest: '/' }],
  };
}
