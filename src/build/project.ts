import type { Command } from '../base/command';
import type { Found } from '../base/find';
import type { Remedy } from '../base/error';

/** How a build is optimised. */
export type Profile = 'debug' | 'release' | 'smallest';
export const profiles: readonly Profile[] = ['debug', 'release', 'smallest'];

/** One module that a project builds. */
export interface Target {
  readonly name: string;
}

/** A folder, or a single source file, that builds to one or more modules. */
export interface Project {
  /** The id of the toolchain that found it. */
  readonly toolchain: string;
  /** Absolute. For a single source file, the folder that holds it. */
  readonly folder: string;
  /** Shown in lists; the folder's name, or a manifest's. */
  readonly name: string;
  /** The single source file, absolute, where the project is one. */
  readonly file?: string;
  /** What showed that it is a project: Cargo.toml, Makefile, main.c. Relative to the folder. */
  readonly marker: string;
  readonly targets: readonly Target[];
}

/** A place in a file, 1-based; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Related {
  readonly file: string;
  readonly start: Position;
  readonly message: string;
}

/** One message of a compiler, at an absolute path. */
export interface Diagnostic {
  readonly file: string;
  readonly start: Position;
  readonly end?: Position;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly message: string;
  readonly code?: string;
  /** The compiler's name as users know it: clang, rustc, go, asc. */
  readonly source: string;
  readonly related?: readonly Related[];
}

/** Eats a tool's output as it comes, and tells diagnostics as they are complete. */
export interface DiagnosticParser {
  /** Feed a chunk of text of one stream. */
  push(text: string, stream: 'stdout' | 'stderr'): void;
  /** Called once at the end. */
  end(): void;
}

export interface BuildOptions {
  readonly profile: Profile;
  readonly target?: string;
  /** Further arguments of the user's for the compiler. */
  readonly args?: readonly string[];
}

/** One command of a build, with what it reads and makes, so that it can be left out or run beside others. */
export interface BuildStep {
  readonly command: Command;
  /** Absolute paths; when all are newer than the inputs the step is left out. Empty: always run (the tool decides itself). */
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  /** A Makefile-style dependency file that the step writes; its entries count as inputs. */
  readonly depfile?: string;
  /** Steps of one stage may run at once; a stage waits for the one before. */
  readonly stage: number;
}

/** How a project is built: values only. */
export interface BuildPlan {
  readonly steps: readonly BuildStep[];
  /** The module's absolute path, told by what the commands printed where only they know. */
  module(stdout: string): string | undefined | Promise<string | undefined>;
  diagnostics(report: (diagnostic: Diagnostic) => void): DiagnosticParser;
}

/** A tool that a toolchain needs, and where it is. */
export interface ToolReport {
  readonly tool: string;
  readonly found: Found;
  readonly note?: string;
}

/** One way to build: one file in toolchains/, one line in its index. */
export interface Toolchain {
  readonly id: string;
  readonly title: string;
  /** The projects of one folder (not of those below it), given its entries' names. Reads only what it must. */
  detect(folder: string, entries: readonly string[]): Promise<readonly Project[]>;
  plan(project: Project, options: BuildOptions, context: BuildContext): Promise<BuildPlan>;
  /** Every tool it looks for: for `doctor`. */
  tools(context: BuildContext): Promise<readonly ToolReport[]>;
  readonly install: readonly Remedy[];
}

/** What a plan may ask of its surroundings. */
export interface BuildContext {
  readonly exec: import('../base/command').Exec;
  readonly signal: AbortSignal;
  readonly log: import('../base/log').Log;
  /** Tool paths of the user's settings: `clang`, `wasiSdk`, `cargo`, `go`, `asc`. */
  readonly paths: Readonly<Record<string, string | undefined>>;
  /** Our own command line as a command: `self(['cc', ...])`. */
  self(args: readonly string[], cwd: string): Command;
  /** Whether the embedded compiler may be used, and whether it is there: see compiler/. */
  readonly embedded: 'ask' | 'always' | 'never';
}
