/** How many bytes a line of a hex dump shows. */
export const bytesPerLine = 16;

/** One line of a hex dump: `00000010  48 65 6c 6c 6f ...  Hello...`. */
export function hexLine(bytes: Uint8Array, address: bigint): { readonly address: string; readonly hex: string; readonly text: string } {
  const hex: string[] = [];
  let text = '';
  for (let i = 0; i < bytesPerLine; i++) {
    const byte = bytes[i];
    const space = i === bytesPerLine / 2 - 1 ? ' ' : '';
    hex.push((byte === undefined ? '  ' : byte.toString(16).padStart(2, '0')) + space);
    if (byte !== undefined) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return { address: address.toString(16).padStart(8, '0'), hex: hex.join(' '), text };
}
