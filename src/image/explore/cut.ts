import type { Comparison } from '../compare';
import type { ImageReport } from '../inspect';

// Whoever asks takes an answer in one piece, and does nothing else meanwhile: what grows with an image's files is cut before it is sent.

const most = 200;

/** A report with the most wasteful paths only. */
export function cutReport(report: ImageReport): ImageReport {
  return { ...report, dive: { ...report.dive, inefficient: report.dive.inefficient.slice(0, most) } };
}

/** A comparison with its largest differences only; its counts tell of all. */
export function cutComparison(comparison: Comparison): Comparison {
  return { ...comparison, files: [...comparison.files].sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before)).slice(0, most) };
}
