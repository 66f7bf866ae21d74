import * as vscode from 'vscode';

/** WIT's language features, which are read when the first such file is opened. */
export function registerWit(subscriptions: { dispose(): unknown }[]): void {
  let started = false;
  const start = (document: vscode.TextDocument): void => {
    if (started || document.languageId !== 'wit') return;
    started = true;
    void import('./wit/features').then(({ registerWitFeatures }) => { subscriptions.push(registerWitFeatures()); });
  };
  vscode.workspace.textDocuments.forEach(start);
  subscriptions.push(vscode.workspace.onDidOpenTextDocument(start));
}
