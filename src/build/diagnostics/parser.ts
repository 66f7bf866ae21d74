import type { DiagnosticParser } from '../project';
import { Lines } from './lines';

/** What a parser does with one line of one stream; gives back what is shown of it, line end included. */
export type TakeLine = (line: string, stream: 'stdout' | 'stderr') => string;

/** A parser of whole lines: keeps each stream's unfinished line until it is whole. `finish` is called after the last. */
export function lineParser(take: TakeLine, finish: () => void = () => {}): DiagnosticParser {
  const streams = { stdout: new Lines(), stderr: new Lines() };
  return {
    push: (text, stream) => streams[stream].push(text).map(line => take(line, stream)).join(''),
    end() {
      const shown = (['stdout', 'stderr'] as const).flatMap(stream => streams[stream].end().map(line => take(line, stream))).join('');
      finish();
      return shown;
    },
  };
}
