import * as l10n from '@vscode/l10n';
import { runtimes } from '../run/runtimes/index';
import { groups } from '../wasi/signatures';
import type { Arguments, Option } from './arguments';
import { imageVerbs } from './imageVerbs';
import type { CliIo } from './io';

export type Handler = (args: Arguments, io: CliIo) => Promise<number>;

/** A verb of the command line: what its help says, and the file that does it, loaded on use. */
export interface Verb {
  readonly name: string;
  /** After the options in the usage line. */
  readonly operands: string;
  readonly summary: string;
  readonly about?: string;
  readonly options: readonly Option[];
  /** Whether words after `--` belong to the guest. */
  readonly rest?: boolean;
  readonly examples: readonly string[];
  readonly load: () => Promise<Handler>;
}

/** Tools of the embedded compiler: their arguments are their own. */
export const compilerTools: Readonly<Record<string, string>> = {
  get cc() { return l10n.t('the embedded C compiler, with a compiler driver\'s arguments'); },
  get 'c++'() { return l10n.t('the embedded C++ compiler'); },
  get ar() { return l10n.t('makes archives of object files'); },
  get ranlib() { return l10n.t("writes an archive's index"); },
  get nm() { return l10n.t('lists symbols'); },
  get objdump() { return l10n.t('shows object files and modules'); },
  get strip() { return l10n.t('takes symbols and debug information off a module'); },
};

const option = (name: string, text: string, more: Partial<Option> = {}): Option => ({ name, text, ...more });

/** Every verb but the compiler's tools, in the order of the help. */
export function verbs(): readonly Verb[] {
  const json = option('json', l10n.t('Print the result as JSON'));
  const profile = option('profile', l10n.t('How to optimise: debug (the default), release or smallest'), { value: 'NAME', choices: ['debug', 'release', 'smallest'] });
  const target = option('target', l10n.t('Which module of a project that builds several'), { value: 'NAME' });
  const yes = option('yes', l10n.t('Fetch the embedded compiler without asking, where it is needed and missing'), { short: 'y' });
  return [
    {
      name: 'build', operands: '[TARGET]', summary: l10n.t('Build a project to WebAssembly'),
      about: l10n.t('TARGET is a project folder, a source file or a .wat file; the current folder unless told. The commands are shown as they run.'),
      options: [profile, target, json, yes, option('watch', l10n.t('Build again whenever a file changes'))],
      examples: ['wasm-workbench build', 'wasm-workbench build --profile release src/main.c'],
      load: async () => (await import('./build')).build,
    },
    {
      name: 'clean', operands: '[TARGET]', summary: l10n.t('Remove what builds have made'),
      options: [json], examples: ['wasm-workbench clean'],
      load: async () => (await import('./build')).clean,
    },
    {
      name: 'run', operands: '[TARGET] [-- ARGS...]', summary: l10n.t('Run a module, or build a project and run it'), rest: true,
      about: l10n.t("TARGET is a .wasm or .wat file, a source file, a project folder, or an image: a tar, an OCI layout folder, or a name; the current folder unless told. The exit code is the program's; 134 for a trap, 124 for the time limit, 126 when no runtime fits."),
      options: [
        option('dir', l10n.t("Let the program see a folder, under another name, or to read only; without any, a project's program sees the project's folder as /"), { value: 'HOST[::GUEST[::ro]]', many: true }),
        option('env', l10n.t('Set an environment variable; without =VALUE ours is passed on'), { value: 'NAME[=VALUE]', many: true }),
        option('env-file', l10n.t('Set those of a file with lines NAME=VALUE'), { value: 'FILE', many: true }),
        option('stdin', l10n.t('Read standard input from a file'), { value: 'FILE' }),
        option('runtime', l10n.t('Which host: {0}', ['auto', ...runtimes.map(r => r.id)].join(', ')), { value: 'NAME', choices: ['auto', ...runtimes.map(r => r.id)] }),
        option('listen', l10n.t('Let the program listen at an address; a port alone is one of this machine only'), { value: 'ADDR', many: true }),
        option('connect', l10n.t('Let the program connect to an address'), { value: 'HOST[:PORT]', many: true }),
        option('max-memory', l10n.t("Limit the program's memory"), { value: 'SIZE' }),
        option('max-output', l10n.t('Limit what the program prints'), { value: 'SIZE' }),
        option('max-files', l10n.t('Limit how many files the program has open at once'), { value: 'N' }),
        option('timeout', l10n.t('End the program after a time'), { value: 'TIME' }),
        option('trace', l10n.t('Print each WASI call, or those of some groups ({0}), or only their summary, on standard error or to the file that {1} names; with --json as JSON lines', groups.join(', '), 'WASM_WORKBENCH_TRACE'), { value: 'GROUPS', optionalValue: true }),
        option('why', l10n.t('Say which runtime would run it and why, and run nothing')),
        option('platform', l10n.t('Which platform of an image; the one for WASI unless told'), { value: 'PLATFORM' }),
        option('publish', l10n.t("Runtime docker: publish a port of the program, on this machine alone unless told"), { short: 'p', value: '[ADDR:]HOST:GUEST', many: true }),
        option('docker-runtime', l10n.t('Runtime docker: which runtime of the engine; {0} unless told', 'io.containerd.wasmedge.v1'), { value: 'NAME' }),
        option('docker-context', l10n.t("Runtime docker: which Docker context; Docker's own choice unless told"), { value: 'NAME' }),
        option('network', l10n.t('Runtime docker: which network'), { value: 'NAME' }),
        option('annotation', l10n.t('Runtime docker: an annotation of the container'), { value: 'KEY=VALUE', many: true }),
        option('name', l10n.t("Runtime docker: the container's name"), { value: 'NAME' }),
        option('keep', l10n.t('Runtime docker: leave the container when the program has ended')),
        profile, target, json, yes,
      ],
      examples: ['wasm-workbench run hello.wasm', 'wasm-workbench run --dir . app.wasm -- input.txt', 'wasm-workbench run --dir data::/data::ro --env LEVEL=2 --timeout 10s project', 'wasm-workbench run app.tar -- input.txt', 'wasm-workbench run --runtime docker --publish 8080:80 server:1'],
      load: async () => (await import('./run')).run,
    },
    {
      name: 'info', operands: 'TARGET', summary: l10n.t('Say what a module is and what it asks for'),
      about: l10n.t('Its kind, WASI flavour, imports, exports, memory, sections, producers and debug information. TARGET is a .wasm or .wat file, or a project folder or source file, which is built.'),
      options: [profile, target, json, yes], examples: ['wasm-workbench info app.wasm', 'wasm-workbench info --json app.wasm'],
      load: async () => (await import('./info')).info,
    },
    {
      name: 'convert', operands: 'FILE [-o FILE]', summary: l10n.t('Turn WebAssembly text into a module, and a module into text'),
      about: l10n.t('What FILE is decides, not its name: text is assembled, a module is written as text. A module of any size is printed piece by piece; -o - prints to standard output.'),
      options: [
        option('output', l10n.t('Where to write; beside the source unless told'), { short: 'o', value: 'FILE' }),
        option('strip', l10n.t('Write the module without debug information (debug), or without names and producers too (all, the default)'), { value: 'LEVEL', optionalValue: true, choices: ['debug', 'all', ''] }),
        option('debug-names', l10n.t('Keep the names of functions and locals'), { short: 'g' }), json,
      ],
      examples: ['wasm-workbench convert add.wat', 'wasm-workbench convert add.wasm -o -', 'wasm-workbench convert app.wasm --strip=debug -o small.wasm'],
      load: async () => (await import('./convert')).convert,
    },
    ...imageVerbs(option),
    {
      name: 'new', operands: '[TEMPLATE] [FOLDER]', summary: l10n.t('Make a project from a sample'),
      about: l10n.t('Without TEMPLATE the samples are listed.'),
      options: [option('name', l10n.t("The project's name; the folder's unless told"), { value: 'NAME' }), json],
      examples: ['wasm-workbench new', 'wasm-workbench new c hello'],
      load: async () => (await import('./new')).create,
    },
    {
      name: 'doctor', operands: '', summary: l10n.t('Say which toolchains and runtimes are there, where, and how to get what is missing'),
      options: [json, option('install-compiler', l10n.t('First fetch the embedded C and C++ compiler with npm, or take its package, a .tgz or a folder, made elsewhere by npm pack'), { value: 'PACKAGE', optionalValue: true })],
      examples: ['wasm-workbench doctor', 'wasm-workbench doctor --install-compiler', 'wasm-workbench doctor --install-compiler=yowasp-clang.tgz'],
      load: async () => (await import('./doctor')).doctor,
    },
  ];
}
