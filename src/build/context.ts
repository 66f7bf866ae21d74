import { dirname, join } from 'node:path';
import type { Env, Exec } from '../base/command';
import { exec } from '../base/exec';
import { findProgram, thisMachine, type Machine } from '../base/find';
import { noLog, type Log } from '../base/log';
import type { BuildContext } from './project';

/** What a shell knows that a build needs. */
export interface ContextParts {
  /** Absolute path of our command line's bundle, dist/cli.js. */
  readonly cli: string;
  readonly signal: AbortSignal;
  readonly exec?: Exec;
  readonly log?: Log;
  readonly paths?: Readonly<Record<string, string | undefined>>;
  readonly embedded?: 'ask' | 'always' | 'never';
  readonly machine?: Machine;
  /** Environment of our own command line, besides what it inherits. */
  readonly environment?: Env;
  prepareEmbedded?(): Promise<void>;
}

/** A build's surroundings on this machine. */
export function makeContext(parts: ContextParts): BuildContext {
  const machine = parts.machine ?? thisMachine;
  // The editor's own binary is Electron, which is a Node only when told so.
  const env = process.versions.electron === undefined ? parts.environment : { ELECTRON_RUN_AS_NODE: '1', ...parts.environment };
  const paths = parts.paths ?? {};
  return {
    exec: parts.exec ?? exec,
    signal: parts.signal,
    log: parts.log ?? noLog,
    machine,
    paths,
    embedded: parts.embedded ?? 'ask',
    relay: join(dirname(parts.cli), '..', 'media', 'relay.pl'),
    self: (args, cwd) => ({ tool: process.execPath, args: [parts.cli, ...args], cwd, env, shownAs: 'wasm-workbench', shownArgs: args }),
    node(args, cwd) {
      const found = findProgram(['node'], paths.node === undefined ? [] : [paths.node], machine);
      return 'path' in found ? { tool: found.path, args, cwd } : { tool: process.execPath, args, cwd, env };
    },
    ...(parts.prepareEmbedded === undefined ? {} : { prepareEmbedded: parts.prepareEmbedded.bind(parts) }),
  };
}
