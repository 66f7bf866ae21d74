import * as vscode from 'vscode';
import { join } from 'node:path';
import type { Builder } from './builder';
import type { Compiler } from './compiler';
import type { Images } from './images/images';
import type { Containers } from './containers/containers';
import type { Later } from './later';
import type { Projects } from './projects';
import type { Runner } from './runner';

/** What the features share; made once on activation and handed down. */
export interface App {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  /** Absolute path of our command line. */
  readonly cli: string;
  /** What our own processes get besides what they inherit: where the embedded compiler lies, and that Electron is to be Node. */
  readonly environment: Readonly<Record<string, string>>;
  readonly projects: Projects;
  readonly builder: Builder;
  readonly compiler: Later<Compiler>;
  readonly runner: Later<Runner>;
  readonly images: Later<Images>;
  readonly containers: Later<Containers>;
}

/** What does not depend on any feature. */
export function makeSurroundings(context: vscode.ExtensionContext): Pick<App, 'context' | 'log' | 'cli' | 'environment'> {
  const log = vscode.window.createOutputChannel('Wasm Workbench', { log: true });
  context.subscriptions.push(log);
  return {
    context,
    log,
    cli: join(context.extensionPath, 'dist', 'cli.js'),
    environment: { ELECTRON_RUN_AS_NODE: '1', WASM_WORKBENCH_STORAGE: context.globalStorageUri.fsPath },
  };
}
