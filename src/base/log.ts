/** Where the product says what it does; the editor's is its LogOutputChannel, the command line's is stderr when asked. */
export interface Log {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string | Error): void;
}

/** A log that keeps nothing. */
export const noLog: Log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
