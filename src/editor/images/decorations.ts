import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { scheme, type Mark } from './link';

/** Colours and badges of rows whose URI carries a mark. */
export class ImageDecorations implements vscode.FileDecorationProvider {
  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== scheme) return undefined;
    let mark: unknown;
    try {
      mark = (JSON.parse(uri.query) as { mark?: unknown }).mark;
    } catch {
      return undefined;
    }
    return typeof mark === 'string' ? decorations()[mark as Mark] : undefined;
  }
}

function decorations(): Readonly<Record<Mark, vscode.FileDecoration>> {
  const git = (name: string): vscode.ThemeColor => new vscode.ThemeColor(`gitDecoration.${name}ResourceForeground`);
  return {
    A: new vscode.FileDecoration('A', l10n.t('Added by this layer'), git('added')),
    M: new vscode.FileDecoration('M', l10n.t('Changed by this layer'), git('modified')),
    D: new vscode.FileDecoration('D', l10n.t('Removed by this layer'), git('deleted')),
    W: new vscode.FileDecoration('W', l10n.t('WebAssembly image'), new vscode.ThemeColor('charts.purple')),
  };
}
