import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { UserError } from '../base/error';
import { invoke } from '../run/invoke';
import { assemble } from '../wat/assemble';
import { callables, readArguments, type Callable } from '../wat/exports';
import type { App } from './app';
import type { Handlers } from './commands';
import { requireTrust } from './errors';

/** Commands on WebAssembly text; code lenses call them. */
export const handlers: Handlers<'wat'> = { runExport: (app, uri, name) => runExport(app, uri, name), showWatReferences };

/** Calls an exported function of a text as it is in the editor, and tells what it gives. `_start` is a run like any other. */
async function runExport(app: App, given: unknown, wanted: unknown): Promise<readonly string[] | undefined> {
  requireTrust();
  const uri = typeof given === 'string' ? vscode.Uri.parse(given) : given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
  if (uri === undefined) throw new UserError('usage', l10n.t('Open a .wat file first.'));
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText();
  const { functions, imports } = callables(text);
  const name = typeof wanted === 'string' ? wanted : await vscode.window.showQuickPick(functions.map(one => one.name), { placeHolder: l10n.t('Which exported function?') });
  if (name === undefined) return undefined;
  if (name === '_start') {
    if (document.isDirty) await document.save();
    await vscode.commands.executeCommand('wasmWorkbench.run', uri);
    return undefined;
  }
  const found = functions.find(one => one.name === name);
  if (found === undefined) throw new UserError('usage', l10n.t('{0} is not a function that takes numbers only.', name));
  if (imports.length > 0) throw new UserError('usage', l10n.t('{0} can\'t be called alone: the module imports {1}, which only a program around it gives.', name, imports.slice(0, 3).join(', ')));
  const { bytes, diagnostics } = assemble(text, { names: true });
  if (bytes === undefined) throw new UserError('build-failed', l10n.t('{0} has mistakes: {1}', vscode.workspace.asRelativePath(uri), diagnostics[0]?.message ?? ''));
  const args = await argumentsOf(found);
  if (args === undefined) return undefined;
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: l10n.t('Calling {0}', name), cancellable: true }, async (_progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => { abort.abort(); });
    const results = await invoke(bytes, name, args, abort.signal);
    const said = results.length === 0 ? l10n.t('{0} returned.', call(name, args)) : `${call(name, args)} = ${results.join(' ')}`;
    app.log.info(said);
    void vscode.window.showInformationMessage(said);
    return results;
  });
}

const call = (name: string, args: readonly (number | bigint)[]): string => `${name}(${args.map(String).join(', ')})`;

async function argumentsOf({ name, params }: Callable): Promise<(number | bigint)[] | undefined> {
  if (params.length === 0) return [];
  const line = await vscode.window.showInputBox({
    title: l10n.t('Arguments of {0}', name), prompt: params.join(' '), value: params.map(() => '0').join(' '),
    validateInput: value => {
      try {
        readArguments(params, value);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  });
  return line === undefined ? undefined : readArguments(params, line);
}

interface Place { readonly line: number; readonly character: number }
interface Found { readonly uri: string; readonly range: { readonly start: Place; readonly end: Place } }

/** Shows the references that a code lens counted: the server's values become the editor's. */
async function showWatReferences(_app: App, uri: unknown, position: unknown, locations: unknown): Promise<void> {
  const at = ({ line, character }: Place): vscode.Position => new vscode.Position(line, character);
  const found = (locations as readonly Found[]).map(one => new vscode.Location(vscode.Uri.parse(one.uri), new vscode.Range(at(one.range.start), at(one.range.end))));
  await vscode.commands.executeCommand('editor.action.showReferences', vscode.Uri.parse(String(uri)), at(position as Place), found);
}
