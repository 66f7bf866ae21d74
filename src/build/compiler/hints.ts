import * as l10n from '@vscode/l10n';

// What people meet who bring a program of another system: the compiler's message is right, but only somebody who knows WASI can tell
// from it what to do. Matched are fixed parts of this clang's and this libc's messages.

interface Hint {
  readonly when: RegExp;
  say(match: RegExpExecArray): string;
}

const hints: readonly Hint[] = [
  {
    when: /compile with -D_WASI_EMULATED_MMAN\b/,
    say: () => l10n.t('WASI has no memory mapping. To read whole files where the program maps them, add -D_WASI_EMULATED_MMAN to the compiler\'s and -lwasi-emulated-mman to the linker\'s arguments.'),
  },
  {
    when: /undefined symbol: (mmap|munmap|mprotect|msync)\b/,
    say: match => l10n.t('{0} needs -D_WASI_EMULATED_MMAN for the compiler and -lwasi-emulated-mman for the linker.', match[1] ?? ''),
  },
  {
    when: /cannot use '(throw|try)' with exceptions disabled/,
    say: () => l10n.t('The embedded compiler\'s C++ library comes without exceptions, so that they are off (-fno-exceptions). Where a program can\'t do without, use a WASI SDK that has them: setting wasmWorkbench.paths.wasiSdk.'),
  },
  {
    when: /undefined symbol: __(cxa_(throw|allocate_exception|begin_catch)|gxx_wasm_personality)|undefined symbol: _Unwind_/,
    say: () => l10n.t('Something was compiled with exceptions, which the embedded compiler\'s C++ library does not have. Leave out -fexceptions and -fwasm-exceptions.'),
  },
  {
    when: /undefined symbol: __(ubsan_handle|asan|tsan|msan|lsan)_|unsupported option '-fsanitize=/,
    say: () => l10n.t('WASI has no sanitizer runtime. -fsanitize=undefined works by trapping (-fsanitize-trap=all); address, thread, memory and leak do not.'),
  },
  {
    when: /unsupported option '-m(arch|tune)=/,
    say: () => l10n.t('WebAssembly is the only processor here: leave out -march and -mtune. For SIMD add -msimd128.'),
  },
  {
    when: /requires target feature 'simd128'/,
    say: () => l10n.t('Add -msimd128 to the compiler\'s arguments to use SIMD.'),
  },
  {
    when: /fatal error: '(netdb\.h|sys\/wait\.h|sys\/shm\.h|sys\/ipc\.h|sys\/msg\.h|sys\/sem\.h|termios\.h|pwd\.h|grp\.h|spawn\.h|sys\/mount\.h|windows\.h|linux\/[^']+|X11\/[^']+)' file not found/,
    say: match => l10n.t('WASI has no {0}: what it declares does not exist there (processes, users, terminals, name look-up). Leave that part of the program out, for instance by #ifndef __wasi__.', match[1] ?? ''),
  },
  {
    when: /undefined symbol: (fork|vfork|execve|execvp|execv|system|popen|pclose|waitpid|kill|getpwuid|getuid|setuid|gethostbyname|socket|pipe|dup2|tmpfile|mkstemp|umask|chmod|chown)\b/,
    say: match => l10n.t('WASI has no {0}. Leave that part of the program out, for instance by #ifndef __wasi__.', match[1] ?? ''),
  },
  {
    when: /--shared-memory is disallowed by |unknown target triple 'wasm32-wasip1-threads'|wasm32-wasip1-threads.*file not found/s,
    say: () => l10n.t('The embedded compiler\'s library has no threads. Use a WASI SDK and the target wasm32-wasip1-threads: setting wasmWorkbench.paths.wasiSdk.'),
  },
  {
    when: /cannot open [^\n]*crt1[^\n]*\.o|unable to create target: 'No available targets are compatible/,
    say: () => l10n.t('The embedded compiler builds for wasm32-wasip1 only: leave out --target.'),
  },
];

/** Sentences that help with what the compiler said; each once. */
export function hintsFor(output: string): string[] {
  return hints.flatMap(hint => {
    const match = hint.when.exec(output);
    return match === null ? [] : [hint.say(match)];
  });
}

/** The libc's demand for exception handling where setjmp.h is included, which the flags of {@link setjmpFlags} meet. */
export const wantsSetjmp = /error: Setjmp\/longjmp support requires Exception handling support/;
export const setjmpFlags: readonly string[] = ['-mllvm', '-wasm-enable-sjlj'];
