import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import type { Diagnostic } from '../build/project';
import { DiagnosticStore } from './diagnosticStore';

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
} as const;

/** The Problems view's share of ours. */
export class Diagnostics implements vscode.Disposable {
  private readonly store = new DiagnosticStore();
  private collection: vscode.DiagnosticCollection | undefined;

  /** A project's new list, in place of what was said of it before. */
  replace(project: string, diagnostics: readonly Diagnostic[]): void {
    this.show(this.store.replace(project, diagnostics));
  }

  /** Forgets projects that are gone. */
  keep(projects: ReadonlySet<string>): void {
    this.show(this.store.keep(projects));
  }

  errors(project: string): number {
    return this.store.errors(project);
  }

  dispose(): void {
    this.collection?.dispose();
  }

  private show(files: ReadonlySet<string>): void {
    if (files.size === 0) return;
    this.collection ??= vscode.languages.createDiagnosticCollection('wasi');
    for (const file of files) this.collection.set(vscode.Uri.file(file), this.store.of(file).map(convert));
  }
}

function convert(diagnostic: Diagnostic): vscode.Diagnostic {
  // The editor takes no empty message, and a tool may die before it has said what it had to.
  const message = diagnostic.message === '' ? l10n.t('{0} failed without saying why.', diagnostic.source) : diagnostic.message;
  const shown = new vscode.Diagnostic(rangeOf(diagnostic), message, severities[diagnostic.severity]);
  shown.source = diagnostic.source;
  if (diagnostic.code !== undefined) shown.code = diagnostic.code;
  shown.relatedInformation = (diagnostic.related ?? []).map(related => new vscode.DiagnosticRelatedInformation(
    new vscode.Location(vscode.Uri.file(related.file), new vscode.Position(Math.max(0, related.start.line - 1), Math.max(0, related.start.column - 1))),
    related.message,
  ));
  return shown;
}

function rangeOf({ file, start, end }: Diagnostic): vscode.Range {
  const from = new vscode.Position(Math.max(0, start.line - 1), Math.max(0, start.column - 1));
  if (end !== undefined) return new vscode.Range(from, new vscode.Position(Math.max(0, end.line - 1), Math.max(0, end.column - 1)));
  const open = vscode.workspace.textDocuments.find(document => document.uri.scheme === 'file' && document.fileName === file);
  // Most compilers tell where a message begins only: mark the word there.
  return open?.getWordRangeAtPosition(open.validatePosition(from)) ?? new vscode.Range(from, from.translate(0, 1));
}
