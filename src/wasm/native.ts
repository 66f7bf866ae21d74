import * as l10n from '@vscode/l10n';

const starts = (head: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);

/** What a file that is not WebAssembly begins like, as the reason why it can't be read. */
export function sniff(head: Uint8Array): string {
  if (starts(head, 0x7f, 0x45, 0x4c, 0x46)) return l10n.t('it is a native program for Linux (ELF), not WebAssembly');
  if (starts(head, 0x4d, 0x5a)) return l10n.t('it is a native program for Windows (PE), not WebAssembly');
  if (starts(head, 0xcf, 0xfa, 0xed, 0xfe) || starts(head, 0xce, 0xfa, 0xed, 0xfe) || starts(head, 0xfe, 0xed, 0xfa)) {
    return l10n.t('it is a native program for macOS (Mach-O), not WebAssembly');
  }
  if (starts(head, 0xca, 0xfe, 0xba, 0xbe)) return l10n.t('it is a native program for macOS (Mach-O, universal) or a Java class, not WebAssembly');
  if (starts(head, 0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e)) return l10n.t('it is a static library (an archive of object files), not a module');
  if (starts(head, 0x42, 0x43, 0xc0, 0xde)) return l10n.t('it is LLVM bitcode, not a module: link it first');
  if (starts(head, 0x1f, 0x8b)) return l10n.t('it is compressed with gzip: unpack it first');
  if (starts(head, 0x28, 0xb5, 0x2f, 0xfd)) return l10n.t('it is compressed with zstd: unpack it first');
  if (starts(head, 0x50, 0x4b, 0x03, 0x04)) return l10n.t('it is a ZIP archive, not a module');
  const text = new TextDecoder('latin1').decode(head).trimStart();
  if (text.startsWith('(') || text.startsWith(';;')) return l10n.t('it looks like WebAssembly text: give it a name that ends in .wat');
  if (text.startsWith('#!')) return l10n.t('it is a script, not WebAssembly');
  return l10n.t('it does not begin with the bytes of a WebAssembly module (00 61 73 6d)');
}
