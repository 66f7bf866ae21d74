// The table itself belongs to the format, not to its text: the debugger's disassembly reads it too.
export * from '../wasm/instructions';
