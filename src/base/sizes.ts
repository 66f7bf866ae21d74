/** A size as Docker and people write it: 5.35 MB, powers of ten, three digits. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? String(value) : Number(value.toPrecision(3)).toString()} ${units[unit] ?? ''}`;
}
