import { Printer } from './print';
import { readBinary } from './read';

/** A binary module as text, in pieces that end with a line. Throws a UserError `bad-module` for what is none, or is damaged. */
export function* disassemble(bytes: Uint8Array): Generator<string> {
  yield* new Printer(readBinary(bytes)).module();
}
