import * as vscode from 'vscode';
import type { Profile } from '../build/project';

/** Names below `wasmWorkbench.paths`. */
export const toolPaths = ['clang', 'wasiSdk', 'cargo', 'go', 'asc', 'wasmedge', 'wasmtime', 'node', 'docker'] as const;

export interface Settings {
  readonly profile: Profile;
  readonly runtime: string;
  readonly embedded: 'ask' | 'always' | 'never';
  readonly paths: Readonly<Record<string, string | undefined>>;
  /** Empty where the user has not chosen. */
  readonly docker: { readonly context: string; readonly runtime: string; readonly platform: string };
  readonly run: {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly preopens: readonly unknown[];
    readonly limits: Readonly<Record<string, unknown>>;
  };
}

/** The settings that hold for a file or folder. The editor itself leaves out what an untrusted folder sets. */
export function settingsOf(path: string | undefined): Settings {
  const all = vscode.workspace.getConfiguration('wasmWorkbench', path === undefined ? undefined : vscode.Uri.file(path));
  const paths = Object.fromEntries(toolPaths.map(name => {
    const value = all.get<string>(`paths.${name}`, '').trim();
    return [name, value === '' ? undefined : expandHome(value)];
  }));
  return {
    profile: all.get<Profile>('profile', 'debug'),
    runtime: all.get('runtime', 'auto'),
    embedded: all.get('compiler.embedded', 'ask'),
    paths,
    docker: { context: all.get('docker.context', ''), runtime: all.get('docker.runtime', ''), platform: all.get('docker.platform', '') },
    run: {
      args: all.get('run.args', []),
      env: all.get('run.env', {}),
      preopens: all.get('run.preopens', []),
      limits: all.get('run.limits', {}),
    },
  };
}

function expandHome(path: string): string {
  const home = process.env['HOME'] ?? process.env['USERPROFILE'];
  return home !== undefined && /^~(?=[\\/]|$)/.test(path) ? home + path.slice(1) : path;
}
