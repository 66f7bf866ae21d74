import * as l10n from '@vscode/l10n';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemCode, UserError } from '../base/error';
import { broken, defaultBudget, parseBudget } from '../image/budget';
import { compareImages } from '../image/compare';
import { inspectImage, type ImageReport } from '../image/inspect';
import { parsePlatform } from '../image/oci';
import { openAnywhere } from '../image/open';
import { traitRows } from '../image/traitRows';
import type { Arguments } from './arguments';
import type { CliIo } from './io';
import { sizeText } from '../base/sizes';

async function read(text: string, args: Arguments, io: CliIo): ReturnType<typeof inspectImage> {
  const platform = args.has('platform') ? parsePlatform(args.one('platform') ?? '') : undefined;
  const terminal = io.terminal(2);
  const tell = (line: string): void => { if (terminal) io.stderr(`\r\u001b[K${line}`); };
  const image = await openAnywhere(text, path => resolve(io.cwd, path), { signal: io.signal, platform, progress: bytes => { tell(l10n.t('From the Docker Engine: {0}', sizeText(bytes))); } });
  try {
    return await inspectImage(image, {
      signal: io.signal, ...(platform === undefined ? {} : { platform }),
      progress(layer, layers, bytes) { tell(l10n.t('Layer {0} of {1}: {2}', layer + 1, layers, sizeText(bytes))); },
    });
  } finally {
    if (terminal) io.stderr('\r\u001b[K');
    await image.dispose();
  }
}

/** `inspect`: what is in an image; with --ci exit code 1 when it is beyond its budget. */
export async function inspect(args: Arguments, io: CliIo): Promise<number> {
  const [text, ...more] = args.positionals;
  if (text === undefined || more.length > 0) throw new UserError('usage', l10n.t('One image is expected: a file, an OCI layout folder, or a name in a registry.'));
  const { report } = await read(text, args, io);
  const problems = args.has('ci') ? broken(await budgetOf(io), report.dive) : [];
  if (args.has('json')) io.stdout(JSON.stringify({ ...report, ...(args.has('ci') ? { broken: problems } : {}) }, undefined, 2) + '\n');
  else io.stdout(showReport(text, report));
  for (const problem of problems) io.stderr(l10n.t('error: {0}', problem) + '\n');
  return problems.length > 0 ? 1 : 0;
}

async function budgetOf(io: CliIo): ReturnType<typeof readBudget> {
  return readBudget(resolve(io.cwd, '.dive-ci'));
}

async function readBudget(file: string): Promise<ReturnType<typeof parseBudget>> {
  try {
    return parseBudget(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return defaultBudget;
    throw error;
  }
}

function showReport(text: string, report: ImageReport): string {
  const rows: string[] = [text];
  const row = (name: string, value: string): void => { rows.push(`  ${name.padEnd(12)} ${value}`); };
  row(l10n.t('Digest'), report.digest);
  row(l10n.t('Platform'), report.platform);
  row(l10n.t('Size'), l10n.t('{0} stored, {1} unpacked, {2} files', sizeText(report.size), sizeText(report.unpacked), report.files));
  row(l10n.t('Starts'), [...(report.config.Entrypoint ?? []), ...(report.config.Cmd ?? [])].join(' '));
  for (const each of report.config.Env ?? []) row(l10n.t('Env'), each.replace(/=.*/s, '=…'));
  for (const port of Object.keys(report.config.ExposedPorts ?? {})) row(l10n.t('Port'), port);
  for (const module of report.modules) row(l10n.t('Module'), `${module.path}  ${sizeText(module.size)}`);
  rows.push('', l10n.t('Layers'));
  for (const layer of report.layers) {
    rows.push(`  ${layer.digest.slice(7, 19)}  ${sizeText(layer.stored).padStart(8)}  ${sizeText(layer.unpacked).padStart(8)}  +${String(layer.added)} ~${String(layer.modified)} -${String(layer.removed)}  ${layer.createdBy ?? ''}`.trimEnd());
    for (const name of layer.strange) rows.push('    ' + l10n.t('left out, since it leaves the image: {0}', JSON.stringify(name)));
  }
  const { waste, dive } = report;
  rows.push('', l10n.t('Waste'));
  row(l10n.t('Live'), sizeText(waste.live));
  row(l10n.t('Dead'), l10n.t('{0} ({1} % of what is stored is shown)', sizeText(waste.dead), (waste.efficiency * 100).toFixed(1)));
  for (const each of waste.byLayers) {
    rows.push(`    ${sizeText(each.bytes).padStart(8)}  ${each.how === 'deleted' ? l10n.t('{0} files of layer {1}, deleted by {2}', each.files, each.addedBy + 1, each.killedBy + 1) : l10n.t('{0} files of layer {1}, overwritten by {2}', each.files, each.addedBy + 1, each.killedBy + 1)}`);
  }
  for (const each of waste.largest.slice(0, 10)) {
    rows.push(`    ${sizeText(each.bytes).padStart(8)}  ${each.path}  ${each.how === 'deleted' ? l10n.t('added by layer {0}, deleted by {1}', each.addedBy + 1, each.killedBy + 1) : l10n.t('added by layer {0}, overwritten by {1}', each.addedBy + 1, each.killedBy + 1)}`);
  }
  row(l10n.t('Twice'), l10n.t('{0} of the same content under several paths', sizeText(waste.duplicated)));
  for (const each of waste.duplicates.slice(0, 5)) rows.push(`    ${sizeText(each.bytes).padStart(8)}  ${each.paths.slice(0, 3).join('  ')}${each.count > 3 ? '  …' : ''}`);
  row(l10n.t('By dive'), l10n.t('efficiency {0} %, {1} wasted', (dive.efficiency * 100).toFixed(1), sizeText(dive.wastedBytes)));
  return rows.join('\n') + '\n';
}

/** `compare`: two images side by side. */
export async function compare(args: Arguments, io: CliIo): Promise<number> {
  const [first, second, ...more] = args.positionals;
  if (first === undefined || second === undefined || more.length > 0) throw new UserError('usage', l10n.t('Two images are expected: files, OCI layout folders, or names in a registry.'));
  const before = await read(first, args, io);
  const after = await read(second, args, io);
  const result = compareImages(before, after);
  if (args.has('json')) {
    io.stdout(JSON.stringify({ before: before.report, after: after.report, ...result }, undefined, 2) + '\n');
    return 0;
  }
  const table = traitRows(before.report, after.report);
  const width = Math.max(first.length, ...table.map(([, value]) => value.length));
  const label = Math.max(...table.map(([name]) => name.length)) + 2;
  const rows = [`${''.padEnd(label)}${first.padEnd(width)}  ${second}`, ...table.map(([name, old, now]) => `${name.padEnd(label)}${old.padEnd(width)}  ${now}`.trimEnd())];
  rows.push('', l10n.t('{0} layers are the same. {1} paths differ.', result.shared, result.files.length));
  const marks = { added: '+', removed: '-', modified: '~' } as const;
  for (const each of result.files) rows.push(`  ${marks[each.change]} ${each.path}  ${each.change === 'modified' ? `${sizeText(each.before)} -> ${sizeText(each.after)}` : sizeText(Math.max(each.before, each.after))}`);
  for (const each of result.config) rows.push(`  ~ ${each.key}: ${each.before} -> ${each.after}`);
  io.stdout(rows.join('\n') + '\n');
  return 0;
}
