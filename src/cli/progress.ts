import type { CliIo } from './io';
import { sizeText } from '../base/sizes';

/** One line on a terminal that tells how far work with bytes is; silent elsewhere. */
export function progressLine(io: CliIo, what: string): { readonly report: (done: number, total: number) => void; readonly end: () => void } {
  if (!io.terminal(2)) return { report() {}, end() {} };
  let shown = 0;
  return {
    report(done, total) {
      const now = Date.now();
      // A terminal is slower than a disk.
      if (now - shown < 100) return;
      shown = now;
      io.stderr(`\r\u001b[K${what}: ${sizeText(done)} / ${sizeText(total)}`);
    },
    end() {
      if (shown > 0) io.stderr('\r\u001b[K');
    },
  };
}
