import { splitWords } from './response';
import { absoluteOperand } from './paths';

/** What `clang -###` would do, and what it said besides. */
export interface Planned {
  readonly jobs: readonly (readonly string[])[];
  /** Warnings and errors of the driver; its version lines are left out. */
  readonly messages: string;
}

/** What the driver prints about itself before the jobs of `-###` and `-v`. */
const banner = /^(clang version |Target: |Thread model: |InstalledDir: |Build config: |Configuration file: )/;

/** Reads the standard error of a `-###` run. Each job's first word is the tool: clang, wasm-ld, llvm-objcopy. */
export function readJobs(text: string): Planned {
  const jobs: string[][] = [];
  const messages: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith(' "')) {
      const words = splitWords(line);
      // The driver doesn't know where it is installed here, and names itself by an empty word before the real one.
      if (words[0] === '') words.shift();
      jobs.push(words);
    } else if (!banner.test(line) && !/^ \(in-process\)$/.test(line)) messages.push(line);
  }
  return { jobs, messages: messages.join('\n').replace(/\n+$/, '\n').replace(/^\n$/, '') };
}

/** What a driver that may not start a process says when it has more than one job, before it does the first. */
export const needsJobs = 'unable to execute command: WASI does not support spawning subprocesses';

/** cc1's options whose value is a path that it opens without regard to -working-directory. */
const frontendPaths = new Set([
  '-dependency-file', '-header-include-file', '-serialize-diagnostic-file', '-diagnostic-log-file', '-split-dwarf-output', '-coverage-notes-file',
  '-coverage-data-file', '-opt-record-file', '-stack-usage-file', '-module-dependency-dir', '-dump-deserialized-decls', '-stats-file',
  '-o',
]);
const frontendJoined = /^(-(?:fprofile-instrument-use-path|fprofile-sample-use|stats-file|ftime-trace|fthinlto-index|fsanitize-ignorelist|fsanitize-system-ignorelist|fsanitize-coverage-allowlist|fsanitize-coverage-ignorelist)=)(.+)$/;

/** A frontend's job (`clang -cc1` or `-cc1as`) that can run on its own: no driver has changed the folder before it. */
export function frontendJob(job: readonly string[], cwd: string, platform?: NodeJS.Platform): string[] {
  const assembles = job[1] === '-cc1as';
  return job.map((word, i) => {
    const before = job[i - 1] ?? '';
    if (frontendPaths.has(before)) return absoluteOperand(word, cwd, platform);
    const joined = frontendJoined.exec(word);
    if (joined !== null) return (joined[1] ?? '') + absoluteOperand(joined[2] ?? '', cwd, platform);
    // The assembler knows no -working-directory; its input comes last.
    if (assembles && (i === job.length - 1 || before === '-I')) return absoluteOperand(word, cwd, platform);
    return word;
  });
}

/** The temporary files of planned jobs: outputs that lie in the temporary folder. */
export function temporaryOutputs(jobs: readonly (readonly string[])[], folder: string): string[] {
  return [...new Set(jobs.flat().filter(word => word.startsWith(`${folder}/`) && !word.slice(folder.length + 1).includes('/')))];
}
