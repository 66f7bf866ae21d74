import type { Command, Exec } from '../base/command';
import type { Found, Machine } from '../base/find';
import type { Remedy } from '../base/error';
import type { Log } from '../base/log';
import type { WasmModule } from '../wasm/module';

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
  /** Shown in lists; the folder's name, a file's, or a manifest's. */
  readonly name: string;
  /** The single source file, absolute, where the project is one. */
  readonly file?: string;
  /** What showed that it is a project: Cargo.toml, Makefile, main.c. Relative to the folder. */
  readonly marker: string;
  /** The modules it builds, as far as its files tell without running a tool; empty where only a build tells (Makefile). */
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
  /** What the compiler said; where we know what helps, a second line says it. */
  readonly message: string;
  readonly code?: string;
  /** The compiler's name as users know it: clang, rustc, go, asc. */
  readonly source: string;
  readonly related?: readonly Related[];
}

/** Eats a tool's output as it comes, and tells diagnostics as they are complete. */
export interface DiagnosticParser {
  /** Takes a chunk of one stream; gives back what a person is shown of it (a JSON stream holds its own rendered text). */
  push(text: string, stream: 'stdout' | 'stderr'): string;
  /** Called once at the end; gives back the last text to show. */
  end(): string;
}

export interface BuildOptions {
  readonly profile: Profile;
  /** The name of one target; without it all are built. */
  readonly target?: string;
  /** Further arguments of the user's for the compiler. */
  readonly args?: readonly string[];
  /** Whether what tools print goes to a terminal. */
  readonly colors?: boolean;
}

/** One command of a build, with what it reads and makes, so that it can be left out or run beside others. */
export interface BuildStep {
  readonly command: Command;
  /** Absolute paths; when none changed since the step ran, nor any input, the step is left out. Empty: always run (the tool decides itself). */
  readonly outputs: readonly string[];
  /** Absolute paths of files it reads. */
  readonly inputs: readonly string[];
  /** A Makefile-style dependency file that the step writes; its entries count as inputs. */
  readonly depfile?: string;
  /** The outputs need only exist: later steps change them. */
  readonly once?: boolean;
  /** Steps of one stage may run at once; a stage waits for the one before. */
  readonly stage: number;
  /** Where a message without a place belongs: the source, or the manifest. */
  readonly subject: string;
}

/** A file that a plan needs before its first step: a toolchain file, a launcher. Written only where its text differs. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  readonly executable?: boolean;
}

/** A module that a build has made. */
export interface ModuleFile {
  readonly target: string;
  /** Absolute. */
  readonly path: string;
}

/** How a project is built: values only. */
export interface BuildPlan {
  readonly files?: readonly PlannedFile[];
  readonly steps: readonly BuildStep[];
  /** The modules, told by what the commands printed (stdout, whole) where only they know. Called after the last step succeeded. */
  modules(stdout: string): readonly ModuleFile[] | Promise<readonly ModuleFile[]>;
  /** A parser for one step's output; each step has its own since steps run side by side. */
  diagnostics(step: BuildStep, report: (diagnostic: Diagnostic) => void): DiagnosticParser;
  /** The compiler as a person would name it: `clang 14.0.6 (/usr/bin/clang)`, `the embedded compiler`. */
  readonly compiler?: string;
  /** Whether the embedded compiler is among its commands. */
  readonly usesEmbedded?: boolean;
  /** Called when a step failed: forgets answers that may have become wrong. */
  failed?(): Promise<void>;
}

/** What cleaning a project comes to. */
export interface CleanPlan {
  /** Absolute paths inside the project's folder. */
  readonly remove: readonly string[];
  readonly commands: readonly Command[];
}

/** A tool that a toolchain needs, and where it is. */
export interface ToolReport {
  readonly tool: string;
  readonly found: Found;
  /** More that is worth knowing: the target it builds for, or what is missing. */
  readonly note?: string;
  /** How to get it, where it or a part of it is missing. */
  readonly remedies?: readonly Remedy[];
}

/** A folder as detection sees it; names only, nothing was read. */
export interface FolderEntries {
  /** Absolute. */
  readonly folder: string;
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

/** What a toolchain sees in a folder. */
export interface Detected {
  readonly projects: readonly Project[];
  /** Folders where its family looks for no projects, nor below them, since these ones build what is there: absolute; the folder itself stands for all below. */
  readonly owns?: readonly string[];
}

/** One way to build: one file in toolchains/, one line in its index. */
export interface Toolchain {
  readonly id: string;
  readonly title: string;
  /** Languages it stands for; a project that owns its subfolders owns them for toolchains of the same family. */
  readonly family: string;
  /** The file that makes this folder a project of its kind, by names alone; called for every folder, so it must cost nothing. */
  marker(entries: FolderEntries): string | undefined;
  /** The projects of one folder that has a marker (not of those below it). Reads only what it must. */
  detect(entries: FolderEntries, marker: string): Promise<Detected>;
  /** The project of one source file that no folder's project claims. Undefined where a file alone can't be built. */
  single?(file: string): Project;
  /** Endings of the sources it builds, lower case with the dot. */
  readonly extensions: readonly string[];
  plan(project: Project, options: BuildOptions, context: BuildContext): Promise<BuildPlan>;
  clean(project: Project, context: BuildContext): Promise<CleanPlan>;
  /** Every tool it looks for: for `doctor`. */
  tools(context: BuildContext): Promise<readonly ToolReport[]>;
  readonly install: readonly Remedy[];
}

/** What a plan may ask of its surroundings; made by context.ts for the shells, by hand in tests. */
export interface BuildContext {
  /** Runs a command. A shell may wrap it so that `self(['cc', ...])` reaches the warm compiler without a process in between. */
  readonly exec: Exec;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly machine: Machine;
  /** Tool paths of the user's settings: `clang`, `wasiSdk`, `zig`, `cargo`, `go`, `asc`, `node`. */
  readonly paths: Readonly<Record<string, string | undefined>>;
  /** A program that asks the warm compiler in a tool's place and starts quicker than our command line: see media/relay.pl. */
  readonly relay?: string;
  /** Our own command line as a command: `self(['cc', ...])`. */
  self(args: readonly string[], cwd: string): Command;
  /** A Node to run a tool written in JavaScript. */
  node(args: readonly string[], cwd: string): Command;
  /** Whether the embedded compiler may be used where no native one is found. */
  readonly embedded: 'ask' | 'always' | 'never';
  /** Called before a build that needs the embedded compiler: fetches it where it isn't there; throws a UserError where it can't be had. */
  prepareEmbedded?(): Promise<void>;
}

/** Where a build tells what it does. */
export interface BuildOutput {
  /** A command as typed, before it runs. */
  command(shown: string): void;
  /** What the tools print, as text for people; for stderr of ours. */
  text(text: string): void;
  /** Each diagnostic once, as it is complete; those of steps that are up to date are told again, so that a list can be made new. */
  diagnostic(diagnostic: Diagnostic): void;
  /** Steps done, of how many; up-to-date ones are in neither. */
  progress?(done: number, total: number): void;
}

export interface BuiltModule extends ModuleFile {
  readonly info: WasmModule;
}

/** What a build came to. A build that fails throws a UserError `build-failed` after its diagnostics were told. */
export interface BuildResult {
  readonly project: Project;
  readonly profile: Profile;
  /** At least one. */
  readonly modules: readonly BuiltModule[];
  readonly diagnostics: readonly Diagnostic[];
  /** Commands that ran, and those that were left out since nothing they read has changed. */
  readonly executed: number;
  readonly upToDate: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly compiler?: string;
}
