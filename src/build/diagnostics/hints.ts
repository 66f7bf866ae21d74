import * as l10n from '@vscode/l10n';

// What helps against messages that everyone meets who brings a program to WASI. The message stays the compiler's; the hint is a line of
// its own below it.

interface Hint {
  readonly pattern: RegExp;
  readonly say: (match: RegExpExecArray) => string;
}

const emulated = (define: string, library: string): string =>
  l10n.t('Add {0} to the compiler\'s arguments and {1} to the linker\'s (in compile_flags.txt, CFLAGS and LDLIBS, or the setting for arguments).', define, library);

const hints: readonly Hint[] = [
  { pattern: /'bits\/libc-header-start\.h' file not found|'bits\/[\w-]+\.h' file not found|'asm\/[\w-]+\.h' file not found|'gnu\/stubs[\w-]*\.h' file not found/, say: () => l10n.t('This header belongs to the host\'s own C library: WASI preview 1 has none of that name.') },
  { pattern: /'(netdb|sys\/wait|sys\/ipc|sys\/shm|sys\/epoll|sys\/inotify|pwd|grp|termios|sys\/mount|syslog|dlfcn|spawn|execinfo|windows|winsock2|conio)\.h' file not found/, say: match => l10n.t('WASI preview 1 has no {0}.h: what it declares can\'t be had there. Leave it out with #ifndef __wasi__.', match[1] ?? '') },
  { pattern: /'(iostream|string|vector|memory|cstdio|cstddef|algorithm|map)' file not found/, say: () => l10n.t('This compiler has no C++ library for WASI. wasi-sdk and the embedded compiler bring one; on Debian install libc++-dev-wasm32.') },
  { pattern: /'(stdio|stdlib|string|stdint|stddef|errno|math)\.h' file not found/, say: () => l10n.t('This compiler has no C library for WASI. wasi-sdk and the embedded compiler bring one; on Debian install wasi-libc.') },
  { pattern: /_WASI_EMULATED_SIGNAL/, say: () => emulated('-D_WASI_EMULATED_SIGNAL', '-lwasi-emulated-signal') },
  { pattern: /_WASI_EMULATED_MMAN/, say: () => emulated('-D_WASI_EMULATED_MMAN', '-lwasi-emulated-mman') },
  { pattern: /_WASI_EMULATED_PROCESS_CLOCKS/, say: () => emulated('-D_WASI_EMULATED_PROCESS_CLOCKS', '-lwasi-emulated-process-clocks') },
  { pattern: /_WASI_EMULATED_GETPID/, say: () => emulated('-D_WASI_EMULATED_GETPID', '-lwasi-emulated-getpid') },
  { pattern: /undefined symbol: (clock|times|getrusage|clock_t)\b/, say: () => emulated('-D_WASI_EMULATED_PROCESS_CLOCKS', '-lwasi-emulated-process-clocks') },
  { pattern: /undefined symbol: (raise|signal|__SIG_IGN|__SIG_ERR|strsignal|psignal)\b/, say: () => emulated('-D_WASI_EMULATED_SIGNAL', '-lwasi-emulated-signal') },
  { pattern: /undefined symbol: (mmap|munmap|mprotect|msync)\b/, say: () => emulated('-D_WASI_EMULATED_MMAN', '-lwasi-emulated-mman') },
  { pattern: /undefined symbol: getpid\b/, say: () => emulated('-D_WASI_EMULATED_GETPID', '-lwasi-emulated-getpid') },
  { pattern: /undefined symbol: (fork|vfork|execve?|execv\w*|execl\w*|system|popen|pclose|waitpid|wait|kill|pipe|dup2?|getuid|geteuid|getgid|getpwnam|getpwuid|chmod|chown|socket|gethostbyname|getaddrinfo)\b/, say: match => l10n.t('WASI preview 1 has no {0}: a module can\'t do that. Leave it out with #ifndef __wasi__.', match[1] ?? '') },
  { pattern: /undefined symbol: (__cxa_(?:throw|allocate_exception|begin_catch|rethrow)\w*|_Unwind_\w+)/, say: () => l10n.t('C++ exceptions can\'t be linked for WASI here. Compile with -fno-exceptions, and return errors instead of throwing them.') },
  { pattern: /cannot use '(throw|try)' with exceptions disabled/, say: () => l10n.t('C++ exceptions can\'t be linked for WASI; -fno-exceptions says so at the place. Return errors instead of throwing them.') },
  { pattern: /undefined symbol: (setjmp|longjmp|__wasm_setjmp\w*|__wasm_longjmp)|Setjmp\/longjmp support requires Exception handling/, say: () => l10n.t('setjmp and longjmp need WebAssembly exceptions: add "-mllvm -wasm-enable-sjlj" to the compiler\'s arguments and -lsetjmp to the linker\'s (with wasi-sdk 22 or later, or the embedded compiler).') },
  { pattern: /undefined symbol: (__stack_chk_fail|__stack_chk_guard)/, say: () => l10n.t('Take -fstack-protector out of the compiler\'s arguments: WebAssembly keeps return addresses out of reach.') },
  { pattern: /undefined symbol: (__ubsan_handle_\w+|__asan_\w+)/, say: () => l10n.t('There is no sanitizer runtime for WASI. For -fsanitize=undefined add -fsanitize-trap=all; -fsanitize=address can\'t be had.') },
  { pattern: /undefined symbol: (?:__main_void|main|__original_main|__main_argc_argv)$/, say: () => l10n.t('No source has a main function. A library of functions for a host is linked with -mexec-model=reactor.') },
  { pattern: /undefined symbol: pthread_/, say: () => l10n.t('WASI preview 1 has no threads: build without them (a define such as NO_THREADS often does it).') },
  { pattern: /--shared-memory is disallowed by/, say: () => l10n.t('This C library is built without threads: take -pthread out of the arguments.') },
  { pattern: /requires target feature 'simd128'/, say: () => l10n.t('Add -msimd128 to the compiler\'s arguments.') },
  { pattern: /unknown file type|not a relocatable wasm file|unrecognized file format/, say: () => l10n.t('This object was made for another machine, by an earlier native build. Clean the project, then build again.') },
  { pattern: /unable to find library -l(rt|dl|pthread|resolv|util)\b/, say: match => l10n.t('WASI needs no -l{0}: take it out of the linker\'s arguments.', match[1] ?? '') },
  { pattern: /unable to find library -l(c\+\+|c\+\+abi|stdc\+\+)/, say: () => l10n.t('This compiler has no C++ library for WASI. wasi-sdk and the embedded compiler bring one; on Debian install libc++-dev-wasm32.') },
  { pattern: /cannot open .*(crt1(?:-command)?\.o|libclang_rt\.builtins-wasm32\.a)/, say: () => l10n.t('This compiler lacks parts for WASI. wasi-sdk and the embedded compiler are complete; on Debian install wasi-libc and libclang-rt-dev-wasm32.') },
  { pattern: /unable to create target: 'No available targets are compatible with triple/, say: () => l10n.t('This clang was built without WebAssembly. Use wasi-sdk\'s, your distribution\'s, or the embedded compiler.') },
  { pattern: /unknown (?:target CPU|argument|warning option)|unsupported option '-m(?:arch|tune|fpu|avx|sse)/, say: () => l10n.t('Options for a particular processor don\'t apply to WebAssembly: leave them out.') },
  { pattern: /can't find crate for `(?:std|core)`/, say: () => l10n.t('The standard library for WASI is not installed. Run: rustup target add wasm32-wasip1') },
  { pattern: /the [`']?(\S*wasm32-wasip1\S*)[`']? target may not be installed/, say: () => l10n.t('Run: rustup target add wasm32-wasip1') },
  { pattern: /linker [`']rust-lld[`'] not found/, say: () => l10n.t('Install lld, or set CARGO_TARGET_WASM32_WASIP1_LINKER to wasm-ld.') },
  { pattern: /(?:mio|tokio|openssl-sys|ring)\b.*(?:does not support|not supported|unsupported).*wasm|This wasm target is unsupported by mio/, say: () => l10n.t('This crate needs what WASI preview 1 has not (threads, sockets). Turn off its features for that, or choose another.') },
  { pattern: /build constraints exclude all Go files/, say: () => l10n.t('None of this package\'s files is for GOOS=wasip1: it may need sockets, processes or cgo.') },
  { pattern: /undefined: (syscall|unix)\./, say: match => l10n.t('Package {0} has no such name for GOOS=wasip1. Put the file that uses it under a build constraint such as //go:build !wasip1.', match[1] ?? '') },
  { pattern: /unsupported GOOS\/GOARCH pair wasip1\/wasm/, say: () => l10n.t('This Go is older than 1.21, the first that builds for WASI.') },
  { pattern: /File '(?:~lib|@assemblyscript)\/.*wasi-shim.*' not found|Cannot find .*wasi-shim/, say: () => l10n.t('Run: npm install --save-dev @assemblyscript/wasi-shim') },
  { pattern: /CMAKE_(?:C|CXX)_COMPILER(?:-NOTFOUND)? (?:not set|is not a full path)/, say: () => l10n.t('Clean the project, so that CMake looks for its compiler anew.') },
];

/** The message, with a second line that says what helps where we know it. */
export function withHint(message: string): string {
  const hint = hintFor(message);
  return hint === undefined ? message : `${message}\n${hint}`;
}

/** What helps against a message; undefined where nothing particular is known. */
export function hintFor(message: string): string | undefined {
  for (const { pattern, say } of hints) {
    const match = pattern.exec(message);
    if (match !== null) return say(match);
  }
  return undefined;
}
