import type { GuestSpec } from '../../run/hosting/spec';
import type { Child, ChildCommand, DebugNode } from './start';
import type { Category } from './wire';

/** A debug session's launch, complete: nothing is looked up later. */
export interface DebugLaunch {
  readonly spec: GuestSpec;
  readonly node: DebugNode;
  readonly cwd: string;
  /** A terminal is used where the surroundings have one. */
  readonly console: 'integratedTerminal' | 'internalConsole';
  readonly stopOnEntry: boolean;
  readonly breakOnTrap: boolean;
  /** Prefixes of paths in the debug information, and what stands for them here. */
  readonly sourceFileMap: Readonly<Record<string, string>>;
}

/** What a session needs of its surroundings. */
export interface DebugHost {
  /** Builds what is stale and completes the configuration; rejects with a UserError, or an AbortError when the signal was raised. */
  launch(args: Readonly<Record<string, unknown>>, signal: AbortSignal, output: (text: string, category: Category) => void): Promise<DebugLaunch>;
  /** Starts the guest's process in a terminal. */
  terminal?(command: ChildCommand, launch: DebugLaunch): Promise<Child>;
  /** Shows an error to the user. */
  failed(error: unknown): void;
}
