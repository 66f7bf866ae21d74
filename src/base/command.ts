/** Environment variables that are added to (or, when undefined, taken from) those a process inherits. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A program to start, as a value: making one starts nothing. */
export interface Command {
  /** An absolute path, or a name that is looked up on PATH. */
  readonly tool: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Env;
  /** What the user is shown instead of `tool`, where the tool is our own command line, or a script that a Node runs. */
  readonly shownAs?: string;
  /** What the user is shown instead of `args`. */
  readonly shownArgs?: readonly string[];
}

/** Where a process's output goes, and what ends it early. */
export interface Output {
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  readonly signal: AbortSignal;
}

/** Output plus what is fed to standard input; without `stdin` the process reads an empty one. */
export interface Io extends Output {
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** How a process ended: by a code, or by a signal's name. */
export interface Exit {
  readonly code: number;
  readonly signal?: string;
}

/** Runs a command to its end. Rejects with a UserError when it can't be started, and with `signal.reason` when it was aborted. */
export type Exec = (command: Command, output: Output) => Promise<Exit>;

/** The command as a person would type it in a POSIX shell or in cmd.exe, environment first. */
export function showCommand(command: Command, platform: NodeJS.Platform = process.platform): string {
  const quote = platform === 'win32' ? quoteWindows : quotePosix;
  const env = Object.entries(command.env ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const shownEnv = command.shownAs === undefined ? env : [];
  const prefix = shownEnv.map(([name, value]) => (platform === 'win32' ? `set "${name}=${value}" && ` : `${name}=${quotePosix(value)} `));
  return prefix.join('') + [command.shownAs ?? quote(command.tool), ...(command.shownArgs ?? command.args).map(quote)].join(' ');
}

function quotePosix(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function quoteWindows(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
}
