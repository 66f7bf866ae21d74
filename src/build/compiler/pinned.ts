// The one build of clang that we know: its version, its bytes, and what is in it. A test holds the rest (imports, allocator) against it.

/** The npm package that holds clang, lld and the LLVM tools as one WASI command, with wasi-libc and libc++. */
export const pinned = {
  package: '@yowasp/clang',
  version: '22.0.0-git20542-10',
  /** Of the packed package, as npm writes it. */
  integrity: 'sha512-V31/z9GrJECKeACTDUyvg2llbEUiFi3bxtL5HSg7H/6sydSxdI/AoVAD9F5ozrfLjotWl0B9rghR87m+DUM/zg==',
  /** Bytes to download, and on disk when unpacked; for people and for the check of free space. */
  downloadSize: 27_112_311,
  unpackedSize: 105_500_000,
  /** What `clang --version` says. */
  clang: '22.1.0',
} as const;

/** Paths inside the package. */
export const packageFiles = {
  wasm: 'gen/llvm.core.wasm',
  resources: 'gen/llvm-resources.tar',
} as const;
