import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after } from 'node:test';
import type { Command, Exec } from '../../src/base/command';
import { exec } from '../../src/base/exec';
import { findProgram, thisMachine, type Machine } from '../../src/base/find';
import { noLog } from '../../src/base/log';
import { makeContext } from '../../src/build/context';
import type { BuildContext, BuildOutput, Diagnostic } from '../../src/build/project';

/** A folder that is removed after the file's tests. */
export function scratch(name = 'build'): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), `wasm-workbench-test-${name}-`)));
  after(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 3 }); });
  return folder;
}

/** Writes files, by their paths relative to the folder. */
export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** A build's output, kept. */
export interface Kept extends BuildOutput {
  readonly commands: string[];
  readonly texts: string[];
  readonly diagnostics: Diagnostic[];
}

export function keep(): Kept {
  const commands: string[] = [];
  const texts: string[] = [];
  const diagnostics: Diagnostic[] = [];
  return {
    commands, texts, diagnostics,
    command: shown => { commands.push(shown); },
    text: text => { texts.push(text); },
    diagnostic: diagnostic => { diagnostics.push(diagnostic); },
  };
}

/** This machine's surroundings, the embedded compiler left out. */
export function realContext(more: Partial<BuildContext> = {}): BuildContext {
  return { ...makeContext({ cli: path.resolve(__dirname, 'no-cli.js'), signal: new AbortController().signal, embedded: 'never' }), ...more };
}

/** A machine that has these programs and this environment. */
export function fakeMachine(programs: readonly string[], env: NodeJS.ProcessEnv = {}, platform: NodeJS.Platform = 'linux'): Machine {
  const folders = [...new Set(programs.map(program => (platform === 'win32' ? path.win32 : path.posix).dirname(program)))];
  return { platform, env: { PATH: folders.join(platform === 'win32' ? ';' : ':'), PATHEXT: '.EXE;.CMD', ...env }, isProgram: file => programs.some(program => program.toLowerCase() === file.toLowerCase()) };
}

/** Surroundings in which commands are answered by a function instead of being run; what was asked is kept. */
export function fakeContext(machine: Machine, answer: (command: Command) => { code?: number; stdout?: string; stderr?: string }, more: Partial<BuildContext> = {}): BuildContext & { asked: Command[] } {
  const asked: Command[] = [];
  const fake: Exec = (command, output) => {
    asked.push(command);
    const { code = 0, stdout = '', stderr = '' } = answer(command);
    output.stdout(Buffer.from(stdout));
    output.stderr(Buffer.from(stderr));
    return Promise.resolve({ code });
  };
  return {
    exec: fake, signal: new AbortController().signal, log: noLog, machine, paths: {}, embedded: 'ask', asked,
    self: (args, cwd) => ({ tool: '/node', args: ['/cli.js', ...args], cwd, shownAs: 'wasm-workbench', shownArgs: args }),
    node: (args, cwd) => ({ tool: '/node', args, cwd }),
    ...more,
  };
}

/** An exec that counts what is run. */
export function counting(): { exec: Exec; ran: Command[] } {
  const ran: Command[] = [];
  return { ran, exec: (command, output) => { ran.push(command); return exec(command, output); } };
}

/** A reason to skip a test that needs programs which are missing; with CI=true a missing one fails instead. */
export function missing(...names: readonly string[]): string | false {
  const gone = names.filter(name => !('path' in findProgram([name], [], thisMachine)));
  if (gone.length === 0) return false;
  if (process.env.CI === 'true') throw new Error(`${gone.join(', ')} must be installed where CI=true`);
  return `${gone.join(', ')} not installed`;
}
