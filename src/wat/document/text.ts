/** Whether a use is an index, not a name. */
export function numericStart(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  return code >= 0x30 && code <= 0x39;
}
