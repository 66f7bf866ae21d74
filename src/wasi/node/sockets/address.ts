/** The text of an address of 4 or 16 bytes. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  return Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16)).join(':');
}

/** The bytes of an address as Node tells it; undefined for what is none. */
export function addressBytes(text: string): Uint8Array | undefined {
  const plain = text.replace(/%.*$/, '');
  if (!plain.includes(':')) {
    const parts = plain.split('.').map(part => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
    return parts.length === 4 && parts.every(part => part < 256) ? Uint8Array.from(parts) : undefined;
  }
  // The last 32 bits may be written as an address of version 4.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  const last = dotted === null ? undefined : addressBytes(dotted[2] ?? '');
  if (dotted !== null && last === undefined) return undefined;
  const hex = dotted === null || last === undefined ? plain : `${dotted[1] ?? ''}${(((last[0] ?? 0) << 8) | (last[1] ?? 0)).toString(16)}:${(((last[2] ?? 0) << 8) | (last[3] ?? 0)).toString(16)}`;
  const [head = '', tail, more] = hex.split('::');
  if (more !== undefined) return undefined;
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  const gap = 8 - front.length - back.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const all = [...front, ...Array.from({ length: tail === undefined ? 0 : gap }, () => '0'), ...back];
  if (all.length !== 8 || !all.every(word => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return Uint8Array.from(all.flatMap(word => [parseInt(word, 16) >> 8, parseInt(word, 16) & 255]));
}

/** Whether an address means every one of the machine's. */
export function isAny(bytes: Uint8Array): boolean {
  return bytes.every(byte => byte === 0);
}

/** Version 4's address inside of version 6's (`::ffff:1.2.3.4`), or the address itself. */
export function unmapped(bytes: Uint8Array): Uint8Array {
  return bytes.length === 16 && bytes.subarray(0, 10).every(byte => byte === 0) && bytes[10] === 255 && bytes[11] === 255 ? bytes.slice(12) : bytes;
}
