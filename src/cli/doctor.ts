import * as l10n from '@vscode/l10n';
import { capture, exec } from '../base/exec';
import type { Remedy } from '../base/error';
import type { Found } from '../base/find';
import { locateCompiler, storageFolder } from '../build/compiler/locate';
import { pinned } from '../build/compiler/pinned';
import { toolchains } from '../build/index';
import { runtimes } from '../run/runtimes/index';
import type { Arguments } from './arguments';
import { colors, type CliIo } from './io';
import { runContext } from './context';
import { buildContext, installCompiler } from './surroundings';

interface Row {
  readonly tool: string;
  readonly found: Found;
  readonly note?: string;
  readonly remedies: readonly Remedy[];
}

interface Part {
  readonly id: string;
  readonly title: string;
  readonly kind: 'compiler' | 'toolchain' | 'runtime';
  readonly rows: readonly Row[];
}

/** `doctor`: each toolchain and runtime, found where, or every place looked at and how to get it. */
export async function doctor(args: Arguments, io: CliIo): Promise<number> {
  if (args.has('install-compiler')) await installCompiler(io, args.one('install-compiler') ?? '');
  const context = buildContext(io, false);
  const parts = [
    embeddedCompiler(io),
    ...await Promise.all(toolchains.map(async (toolchain): Promise<Part> => ({
      id: toolchain.id, title: toolchain.title, kind: 'toolchain',
      rows: (await toolchain.tools(context)).map(row => ({ ...row, remedies: row.remedies ?? ('tried' in row.found ? toolchain.install : []) })),
    }))),
    ...await Promise.all(runtimes.filter(runtime => runtime.id !== 'docker').map(runtime => runtimePart(runtime, io))),
    await dockerPart(io),
  ];
  if (args.has('json')) io.stdout(JSON.stringify(parts, undefined, 2) + '\n');
  else io.stdout(parts.map(part => partText(part, io)).join('\n'));
  return 0;
}

function embeddedCompiler(io: CliIo): Part {
  const setting = io.env['WASM_WORKBENCH_COMPILER'];
  const located = locateCompiler({ cwd: io.cwd, storage: storageFolder(io.env), ...(setting === undefined ? {} : { setting }) });
  const missing = 'tried' in located;
  return {
    id: 'embedded', title: l10n.t('Embedded C and C++ compiler'), kind: 'compiler',
    rows: [{
      tool: 'clang', found: missing ? located : { path: located.folder, version: located.version },
      remedies: missing ? [{ label: l10n.t('Fetch it with npm ({0} MB)', Math.round(pinned.downloadSize / 1e6)), action: { kind: 'terminal', line: 'wasm-workbench doctor --install-compiler' } }] : [],
    }],
  };
}

/** Docker is looked at more closely: a runtime is only shown to work by running something. */
async function dockerPart(io: CliIo): Promise<Part> {
  const { checkEngine } = await import('../engine/check');
  const { docker: runtime } = Object.fromEntries(runtimes.map(one => [one.id, one]));
  const chosen = (name: string): object => {
    const value = io.env[`WASM_WORKBENCH_DOCKER${name === 'docker' ? '' : `_${name.toUpperCase()}`}`];
    return value === undefined || value === '' ? {} : { [name]: value };
  };
  const rows = await checkEngine(Object.assign({}, ...['context', 'runtime', 'platform', 'docker'].map(chosen)) as object, io.signal);
  return {
    id: 'docker', title: runtime?.title ?? '', kind: 'runtime',
    rows: rows.map(row => ({ tool: row.title, found: row.state === 'ok' ? { path: row.detail } : { tried: [] }, remedies: row.remedies, ...(row.state === 'ok' ? {} : { note: row.detail }) })),
  };
}

async function runtimePart(runtime: (typeof runtimes)[number], io: CliIo): Promise<Part> {
  const found = await runtime.find(runContext(io), io.signal);
  const known = 'path' in found && found.version === undefined ? { ...found, ...await versionOf(found.path, io) } : found;
  const kind = 'runtime';
  return { id: runtime.id, title: runtime.title, kind, rows: [{ tool: runtime.id, found: withoutEnv(known), remedies: 'tried' in found ? runtime.install : [] }] };
}

function withoutEnv(found: Found): Found {
  return 'tried' in found ? { tried: found.tried } : { path: found.path, ...(found.version === undefined ? {} : { version: found.version }) };
}

async function versionOf(path: string, io: CliIo): Promise<{ version?: string }> {
  try {
    const limit = AbortSignal.any([io.signal, AbortSignal.timeout(5000)]);
    const { stdout, stderr } = await capture(exec, { tool: path, args: ['--version'], cwd: io.cwd }, limit, 4096);
    const version = /\d+\.\d+\.\d+\S*/.exec(stdout + stderr)?.[0];
    return version === undefined ? {} : { version };
  } catch {
    return {};
  }
}

function partText(part: Part, io: CliIo): string {
  const paint = colors(io, 1) ? (code: number, text: string): string => `\u001b[${code}m${text}\u001b[0m` : (_: number, text: string): string => text;
  const lines = [paint(1, part.title)];
  if (part.rows.length === 0) lines.push(`  ${paint(32, l10n.t('ok'))}  ${l10n.t('nothing to install')}`);
  for (const { tool, found, note, remedies } of part.rows) {
    if ('path' in found) lines.push(`  ${remedies.length > 0 ? paint(33, l10n.t('lacking')) : paint(32, l10n.t('ok'))}  ${tool}${found.version === undefined ? '' : ` ${found.version}`}  ${found.path}`);
    else {
      lines.push(`  ${paint(33, l10n.t('missing'))}  ${tool}`, ...limited([...new Set(found.tried)]).map(place => `      ${l10n.t('looked at {0}', place)}`));
    }
    if (note !== undefined) lines.push(`      ${note}`);
    for (const { label, action } of remedies) {
      const how = action === undefined ? '' : action.kind === 'url' ? `: ${action.url}` : action.kind === 'terminal' ? `: ${action.line}` : '';
      if (action === undefined || how !== '') lines.push(`      ${label}${how}`);
    }
  }
  return lines.join('\n') + '\n';
}

function limited(places: readonly string[]): string[] {
  return places.length <= 30 ? [...places] : [...places.slice(0, 29), l10n.t('and {0} more places', places.length - 29)];
}
