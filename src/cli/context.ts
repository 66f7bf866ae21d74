import { noLog, type Log } from '../base/log';
import type { RunContext } from '../run/request';
import type { CliIo } from './io';

/** Tool paths that the user gives by environment variables, as the editor's settings `wasmWorkbench.paths.*` do. */
export function toolPaths(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const names = ['clang', 'wasiSdk', 'zig', 'cargo', 'go', 'tinygo', 'asc', 'wasmedge', 'wasmtime', 'node', 'docker'];
  return Object.fromEntries(names.map(name => [name, env[`WASM_WORKBENCH_${name.replace(/[A-Z]/g, c => '_' + c).toUpperCase()}`]] as const).filter(([, value]) => value !== undefined && value !== ''));
}

/** A log on standard error, where the user asked for one. */
export function cliLog(io: CliIo): Log {
  if (io.env['WASM_WORKBENCH_DEBUG'] === undefined) return noLog;
  const line = (level: string) => (message: string | Error): void => { io.stderr(`[${level}] ${String(message)}\n`); };
  return { trace: line('trace'), debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

export function runContext(io: CliIo): RunContext {
  return { paths: toolPaths(io.env), log: cliLog(io), inDocker: async request => (await import('./docker')).moduleInDocker(request, io) };
}
