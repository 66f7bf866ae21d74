import * as l10n from '@vscode/l10n';
import type { EntryRow } from '../../image/explore/listing';
import type { ExecutionConfig } from '../../image/oci';
import { showPlatform } from '../../image/oci';
import { formatSize } from '../state';
import type { Mark } from './link';
import type { DockerfileLine, LayerNode, Node, ViewState } from './nodes';

/** A row of the Images view, without any of the editor's types. */
export interface Row {
  readonly label: string;
  readonly description: string;
  /** A codicon's name; `file` and `folder` are the icon theme's. */
  readonly icon: string;
  readonly color?: string;
  /** What menus are shown by, as words. */
  readonly context: string;
  readonly opens: 'no' | 'closed' | 'open';
  /** Markdown, or plain text. */
  readonly tooltip?: string;
  readonly mark?: Mark;
  /** What a screen reader says, where label and description don't say it all. */
  readonly spoken?: string;
}

/** What a node looks like. */
export function rowOf(node: Node, state: ViewState): Row {
  switch (node.kind) {
    case 'group': return groupRow(node);
    case 'repository': return { label: node.name, description: l10n.t('{0} tags', node.images.length), icon: 'library', context: 'repository', opens: 'closed' };
    case 'image': {
      const engine = node.engine;
      return {
        label: node.label, description: node.detail, icon: node.wasm ? 'circuit-board' : node.source.kind === 'registry' ? 'cloud' : 'package', opens: 'closed',
        context: ['image', node.source.kind, ...(node.wasm ? ['wasm'] : []), ...(node.added ? ['added'] : []), ...(engine === undefined ? [] : ['removable'])].join(' '),
        tooltip: imageTooltip(node), ...(node.wasm ? { mark: 'W' as const, color: 'charts.purple', spoken: l10n.t('{0}, WebAssembly image, {1}', node.label, node.detail) } : {}),
      };
    }
    case 'platform': return {
      label: node.row.platform === undefined ? node.row.name ?? node.row.digest.slice(7, 19) : showPlatform(node.row.platform), description: node.row.name ?? node.row.digest.slice(7, 19),
      icon: 'vm', context: 'platform', opens: 'closed', tooltip: code(node.row.digest),
    };
    case 'config': return { label: l10n.t('Configuration'), description: [...(node.outline.config.Entrypoint ?? []), ...(node.outline.config.Cmd ?? [])].join(' '), icon: 'settings-gear', context: 'config', opens: 'closed' };
    case 'history': return { label: l10n.t('History'), description: l10n.t('{0} steps', node.outline.history.length), icon: 'history', context: 'history', opens: 'closed' };
    case 'waste': return { label: l10n.t('Waste'), description: l10n.t('what is stored and not shown'), icon: 'trash', context: 'waste', opens: 'no' };
    case 'fact': return { label: node.label, description: node.value, icon: node.icon, context: 'fact', opens: 'no', tooltip: code(node.value) };
    case 'step': return {
      label: node.step.command === '' ? l10n.t('(not told)') : node.step.command, description: node.step.layer === undefined ? '' : l10n.t('layer {0}', node.step.layer + 1),
      icon: node.step.layer === undefined ? 'circle-small' : 'layers', context: node.line === undefined ? 'step' : 'step linked', opens: 'no', tooltip: [code(node.step.raw), ...lineText(node.line)].join('\n\n'),
    };
    case 'layer': return layerRow(node, state);
    case 'entry': return entryRow(node.row, node.mode);
    case 'part': return { label: node.part.label, description: node.part.description, icon: node.part.icon, context: 'part', opens: node.part.rows.length > 0 ? 'closed' : 'no', tooltip: code(`${node.part.label} ${node.part.description}`) };
    case 'more': return { label: l10n.t('Show More'), description: l10n.t('{0} more', node.left), icon: 'ellipsis', context: 'more', opens: 'no' };
    case 'problem': return { label: node.message, description: '', icon: node.calm === true ? 'info' : 'error', ...(node.calm === true ? {} : { color: 'list.errorForeground' }), context: 'problem', opens: 'no', tooltip: node.message };
  }
}

function groupRow(node: Extract<Node, { kind: 'group' }>): Row {
  switch (node.group) {
    case 'engine': return {
      label: l10n.t('Docker Engine'), description: node.problem === undefined ? node.place ?? '' : l10n.t('not reachable'), icon: node.problem === undefined ? 'server' : 'debug-disconnect',
      context: node.problem === undefined ? 'group engine' : 'group engine unreachable', opens: 'open', ...(node.problem === undefined ? {} : { tooltip: node.problem }),
    };
    case 'files': return { label: l10n.t('Image Files'), description: '', icon: 'archive', context: 'group files', opens: 'open' };
    case 'registries': return { label: l10n.t('Registries'), description: '', icon: 'cloud', context: 'group registries', opens: 'open' };
  }
}

function imageTooltip(node: Extract<Node, { kind: 'image' }>): string {
  const { source, engine } = node;
  const lines = [`**${escape(node.label)}**`];
  if (source.kind === 'file' || source.kind === 'folder') lines.push(code(source.path));
  if (source.kind === 'registry') lines.push(code(source.reference));
  if (engine !== undefined) {
    lines.push(code(engine.id), engine.names.map(code).join(' '), new Date(engine.created).toLocaleString(), engine.platforms.map(showPlatform).map(code).join(' '));
  }
  return lines.filter(line => line !== '').join('\n\n');
}

function layerRow(node: LayerNode, state: ViewState): Row {
  const { facts, outline } = node;
  const command = outline.command ?? (outline.module ? l10n.t('WebAssembly module') : l10n.t('Layer {0}', node.layer + 1));
  const changes = facts?.changes;
  const counts = changes === undefined ? '' : [...(changes.added > 0 ? [`+${changes.added}`] : []), ...(changes.modified > 0 ? [`~${changes.modified}`] : []), ...(changes.removed > 0 ? [`-${changes.removed}`] : [])].join(' ');
  const size = facts === undefined || facts.unpacked === outline.stored ? formatSize(outline.stored) : l10n.t('{0} in {1}', formatSize(facts.unpacked), formatSize(outline.stored));
  const told = [
    `**${l10n.t('Layer {0} of {1}', node.layer + 1, node.layers)}**`, ...(outline.command === undefined ? [] : [code(outline.command)]), code(outline.digest), ...lineText(node.line),
    `${escape(outline.mediaType)}${outline.known ? '' : ' — ' + l10n.t('an unknown media type: its bytes decide how it is read')}`,
    facts === undefined ? l10n.t('{0} stored', formatSize(outline.stored)) : l10n.t('{0} stored, {1} unpacked, {2} entries', formatSize(outline.stored), formatSize(facts.unpacked), facts.entries),
    ...(changes === undefined ? [] : [l10n.t('{0} added, {1} changed, {2} removed', changes.added, changes.modified, changes.removed)]),
    ...(facts?.strange ?? []).slice(0, 5).map(name => l10n.t('Left out, since it leaves the image: {0}', code(name))),
    state.mode === 'changes' ? l10n.t("Shows the layer's own changes.") : l10n.t('Shows the file system as it stands after the layer.'),
  ];
  return {
    // Figures first: the command is long, and a sidebar narrow.
    label: `${node.layer + 1}  ${size}`, description: [counts, command].filter(text => text !== '').join('  '), opens: 'closed',
    icon: node.problem === undefined ? outline.module ? 'circuit-board' : 'layers' : 'error', ...(node.problem === undefined ? {} : { color: 'list.errorForeground' }),
    context: node.line === undefined ? 'layer' : 'layer linked', tooltip: [...(node.problem === undefined ? [] : [escape(node.problem)]), ...told].join('\n\n'),
    spoken: [l10n.t('Layer {0} of {1}', node.layer + 1, node.layers), command, size, ...(changes === undefined ? [] : [l10n.t('{0} added, {1} changed, {2} removed', changes.added, changes.modified, changes.removed)])].join(', '),
  };
}

function entryRow(row: EntryRow, mode: 'changes' | 'files'): Row {
  const mark = row.change === 'added' ? 'A' : row.change === 'modified' ? 'M' : row.change === 'removed' ? 'D' : undefined;
  const folder = row.kind === 'directory';
  const module = row.kind === 'file' && /\.wasm$/i.test(row.name);
  const size = row.kind === 'file' || folder ? formatSize(row.size) : '';
  const link = row.kind === 'symlink' || row.kind === 'link' ? `→ ${row.target}` : '';
  const special = kindLabel(row.kind);
  const change = changeLabel(row);
  const icon = folder ? 'folder' : row.kind === 'file' || row.kind === 'link' ? 'file' : row.kind === 'symlink' ? 'file-symlink-file' : 'circuit-board';
  return {
    label: visible(row.name), description: [size, link, special].filter(text => text !== '').join('  '), icon: special === '' ? icon : 'plug',
    context: ['entry', folder ? 'folder' : 'file', ...(module && row.change !== 'removed' ? ['module'] : []), ...(row.kind === 'file' || row.kind === 'link' || row.kind === 'symlink' ? ['content'] : []), ...(row.change === 'removed' ? ['gone'] : [])].join(' '),
    opens: (folder && row.opens) || (module && row.change !== 'removed') ? 'closed' : 'no', ...(mark === undefined ? {} : { mark }),
    tooltip: [code(row.path), `${modeText(row)} ${row.uid}:${row.gid}  ${new Date(row.mtime * 1000).toISOString().slice(0, 19).replace('T', ' ')}`, ...(folder || row.kind === 'file' ? [l10n.t('{0} bytes', row.size.toLocaleString())] : []), ...(link === '' ? [] : [code(link)]), ...(change === '' ? [] : [change]), ...(mode === 'files' ? [l10n.t('from layer {0}', row.layer + 1)] : [])].join('\n\n'),
    spoken: [visible(row.name), folder ? l10n.t('folder') : special, size, change, link].filter(text => text !== '').join(', '),
  };
}

function lineText(line: DockerfileLine | undefined): string[] {
  return line === undefined ? [] : [l10n.t('Made by line {0} of {1}', line.line + 1, code(line.file))];
}

function changeLabel(row: EntryRow): string {
  switch (row.change) {
    case 'added': return l10n.t('added');
    case 'modified': return l10n.t('changed');
    case 'removed': return l10n.t('removed');
    default: return '';
  }
}

function kindLabel(kind: EntryRow['kind']): string {
  switch (kind) {
    case 'character': return l10n.t('character device');
    case 'block': return l10n.t('block device');
    case 'fifo': return l10n.t('pipe');
    default: return '';
  }
}

/** `drwxr-xr-x`, as `ls` writes it. */
export function modeText({ kind, mode }: Pick<EntryRow, 'kind' | 'mode'>): string {
  const type = { file: '-', link: '-', directory: 'd', symlink: 'l', character: 'c', block: 'b', fifo: 'p' }[kind];
  const letters = 'rwxrwxrwx'.split('').map((letter, at) => ((mode & (0o400 >> at)) === 0 ? '-' : letter));
  const special = (bit: number, at: number, on: string, off: string): void => { if ((mode & bit) !== 0) letters[at] = letters[at] === '-' ? off : on; };
  special(0o4000, 2, 's', 'S');
  special(0o2000, 5, 's', 'S');
  special(0o1000, 8, 't', 'T');
  return type + letters.join('');
}

/** A name with its control characters and directions told, so that it can't pass for another. */
export function visible(name: string): string {
  // eslint-disable-next-line no-control-regex
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The rows of a configuration that say something, as label, value and icon. */
export function configFacts(config: ExecutionConfig, more: { readonly created?: string; readonly author?: string }): readonly { label: string; value: string; icon: string }[] {
  const facts: { label: string; value: string; icon: string }[] = [];
  const add = (label: string, value: string | undefined, icon: string): void => { if (value !== undefined && value !== '') facts.push({ label, value, icon }); };
  const words = (list: readonly string[] | undefined): string | undefined => (list === undefined || list.length === 0 ? undefined : JSON.stringify(list));
  add(l10n.t('Entrypoint'), words(config.Entrypoint), 'play');
  add(l10n.t('Command'), words(config.Cmd), 'terminal');
  add(l10n.t('Folder'), config.WorkingDir, 'folder');
  add(l10n.t('User'), config.User, 'person');
  for (const each of config.Env ?? []) add(each.replace(/=.*/s, ''), each.replace(/^[^=]*=?/s, '') || '""', 'symbol-variable');
  for (const port of Object.keys(config.ExposedPorts ?? {})) add(l10n.t('Port'), port, 'plug');
  for (const volume of Object.keys(config.Volumes ?? {})) add(l10n.t('Volume'), volume, 'database');
  for (const [key, value] of Object.entries(config.Labels ?? {})) add(key, value, 'tag');
  add(l10n.t('Stop signal'), config.StopSignal, 'debug-stop');
  add(l10n.t('Created'), more.created, 'calendar');
  add(l10n.t('Author'), more.author, 'person');
  return facts;
}

function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length));
  const fence = '`'.repeat(longest + 1);
  return text === '' ? '' : `${fence}${longest > 0 ? ' ' : ''}${visible(text)}${longest > 0 ? ' ' : ''}${fence}`;
}

function escape(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]()#+\-.!|<>]/g, '\\$&');
}
