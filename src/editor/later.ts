import type * as vscode from 'vscode';

/** A part of the extension that is loaded and made when it is first asked for, so that activation reads nothing of it. */
export class Later<T extends vscode.Disposable> implements vscode.Disposable {
  private made: Promise<T> | undefined;
  private readonly make: () => Promise<T>;

  constructor(make: () => Promise<T>) {
    this.make = make;
  }

  get(): Promise<T> {
    return (this.made ??= this.make());
  }

  dispose(): void {
    void this.made?.then(made => { made.dispose(); });
  }
}
