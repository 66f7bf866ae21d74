import * as l10n from '@vscode/l10n';
import { sizeText } from '../../base/sizes';
import type { Contents } from './contents';
import type { Column, ListName, ListPage, ListQuery, ListRow } from './messages';

/** A list whose rows are made when they are shown: how many there are, what each is sorted and searched by. */
interface Source {
  readonly total: number;
  row(i: number): ListRow;
  /** What a search looks into. */
  text(i: number): string;
  /** What a column is sorted by. */
  key(i: number, column: number): number | string;
}

export interface Lists { page(query: ListQuery): ListPage }

/** The title of a list's tab. */
export function listTitle(list: ListName): string {
  switch (list) {
    case 'functions': return l10n.t('Functions');
    case 'imports': return l10n.t('Imports');
    case 'exports': return l10n.t('Exports');
    case 'sections': return l10n.t('Sections');
    case 'data': return l10n.t('Data');
  }
}

/** A list's columns; functions of several modules say which module they are of. */
export function columnsOf(list: ListName, several: boolean): Column[] {
  const column = (title: string, width: string, numeric = false, sortable = true): Column => ({ title, numeric, width, sortable });
  switch (list) {
    case 'functions': return [
      column('#', '5em', true), column(l10n.t('Name'), '3fr'), column(l10n.t('Size'), '7em', true), column(l10n.t('Type'), '2fr'), ...(several ? [column(l10n.t('Module'), '7em')] : []),
    ];
    case 'imports': return [column(l10n.t('Module'), '1fr'), column(l10n.t('Name'), '2fr'), column(l10n.t('Kind'), '6em'), column(l10n.t('Type'), '2fr')];
    case 'exports': return [column(l10n.t('Name'), '2fr'), column(l10n.t('Kind'), '6em'), column(l10n.t('Type'), '2fr')];
    case 'sections': return [column(l10n.t('Name'), '2fr'), column(l10n.t('Size'), '8em', true), column(l10n.t('Share'), '6em', true), column(l10n.t('Offset'), '8em', true)];
    case 'data': return [column('#', '5em', true), column(l10n.t('Address'), '2fr'), column(l10n.t('Size'), '8em', true), ...(several ? [column(l10n.t('Module'), '7em')] : [])];
  }
}

/** The lists of a module; orders that were asked for last are kept, so that scrolling costs nothing. */
export function makeLists(contents: Contents): Lists {
  const sources = new Map<ListName, Source>();
  const orders = new Map<ListName, { readonly key: string; readonly order: Uint32Array }>();
  return {
    page(query) {
      let source = sources.get(query.list);
      if (source === undefined) sources.set(query.list, source = sourceOf(contents, query.list));
      const key = JSON.stringify([query.filter, query.sort, query.descending]);
      let known = orders.get(query.list);
      if (known?.key !== key) orders.set(query.list, known = { key, order: orderOf(source, query) });
      const { order } = known;
      const rows: ListRow[] = [];
      for (let i = Math.max(0, query.from); i < Math.min(order.length, query.from + query.count); i++) rows.push(source.row(order[i] ?? 0));
      return { total: order.length, rows };
    },
  };
}

function orderOf(source: Source, { filter, sort, descending }: ListQuery): Uint32Array {
  const wanted = filter.trim().toLowerCase();
  let order = Uint32Array.from({ length: source.total }, (_, i) => i);
  if (wanted !== '') order = order.filter(i => source.text(i).toLowerCase().includes(wanted));
  if (sort < 0) return order;
  const keys = new Map<number, number | string>();
  for (const i of order) keys.set(i, source.key(i, sort));
  const compare = (a: number, b: number): number => {
    const [x, y] = [keys.get(a) ?? 0, keys.get(b) ?? 0];
    return x === y ? 0 : x < y ? -1 : 1;
  };
  // Where two are alike, the order of the file holds in both directions.
  return order.sort((a, b) => (descending ? compare(b, a) : compare(a, b)) || a - b);
}

function sourceOf(contents: Contents, list: ListName): Source {
  const { info } = contents.file;
  switch (list) {
    case 'functions': return functions(contents);
    case 'data': return segments(contents);
    case 'imports': return plain(info.imports.map(one => ({ cells: [one.module, one.name, one.kind, one.text] })));
    case 'exports': {
      const [index] = contents.indexes;
      const byName = new Map([...index?.exports ?? []].map(([i, name]) => [name, i]));
      return plain(info.exports.map(one => {
        const target = one.kind === 'func' && info.kind !== 'component' ? byName.get(one.name) : undefined;
        return { cells: [one.name, one.kind, one.text], ...(target === undefined || target < (index?.imported ?? 0) ? {} : { open: [0, target] as const }) };
      }));
    }
    case 'sections': {
      const share = (size: number): string => `${((100 * size) / Math.max(1, info.size)).toFixed(1)} %`;
      const rows = info.sections.map(one => ({
        cells: [one.name, sizeText(one.size), share(one.size), `0x${one.offset.toString(16)}`], indent: one.depth,
        bytes: [one.payloadOffset, one.size, ''] as const,
      }));
      return { ...plain(rows), key: (i, column) => (column === 0 ? info.sections[i]?.name ?? '' : column === 3 ? info.sections[i]?.offset ?? 0 : info.sections[i]?.size ?? 0) };
    }
  }
}

function plain(rows: readonly ListRow[]): Source {
  return {
    total: rows.length,
    row: i => rows[i] ?? { cells: [] },
    text: i => rows[i]?.cells.join(' ') ?? '',
    key: (i, column) => rows[i]?.cells[column] ?? '',
  };
}

function functions({ file, indexes }: Contents): Source {
  const { firsts, total, find } = places(indexes.map(index => index.count));
  const at = (i: number): { part: number; index: number } => {
    const part = find(i);
    return { part, index: i - (firsts[part] ?? 0) };
  };
  const name = (i: number): string => {
    const { part, index } = at(i);
    return indexes[part]?.name(index) ?? '';
  };
  return {
    total,
    row(i) {
      const { part, index } = at(i);
      const code = indexes[part];
      const imported = index < (code?.imported ?? 0);
      return {
        cells: [String(index), code?.name(index) ?? '', imported ? l10n.t('imported') : sizeText(code?.size(index) ?? 0), code?.signature(index) ?? '', file.parts[part]?.title ?? ''],
        ...(imported ? {} : { open: [part, index] }),
      };
    },
    text: i => `${at(i).index} ${name(i)}`,
    key(i, column) {
      const { part, index } = at(i);
      switch (column) {
        case 1: return name(i);
        case 2: return indexes[part]?.size(index) ?? 0;
        case 3: return indexes[part]?.signature(index) ?? '';
        case 4: return part;
        default: return i;
      }
    },
  };
}

function segments({ file, data }: Contents): Source {
  const all = data.flatMap((one, part) => one.list.map(segment => ({ part, segment })));
  return {
    total: all.length,
    row(i) {
      const one = all[i];
      if (one === undefined) return { cells: [] };
      const { segment, part } = one;
      const address = segment.address === undefined ? '' : `0x${segment.address.toString(16)}`;
      const where = segment.memory < 0 ? l10n.t('passive') : address === '' ? l10n.t('computed') : segment.memory === 0 ? address : l10n.t('{0} of memory {1}', address, segment.memory);
      const start = (file.parts[part]?.offset ?? 0) + segment.start;
      return { cells: [String(segment.index), where, sizeText(segment.size), file.parts[part]?.title ?? ''], bytes: [start, segment.size, address] };
    },
    text: i => `${all[i]?.segment.index} 0x${all[i]?.segment.address?.toString(16) ?? ''}`,
    key: (i, column) => (column === 1 ? Number(all[i]?.segment.address ?? -1n) : column === 2 ? all[i]?.segment.size ?? 0 : column === 3 ? all[i]?.part ?? 0 : i),
  };
}

/** Where each of several lists begins when they are laid end to end. */
function places(counts: readonly number[]): { firsts: readonly number[]; total: number; readonly find: (i: number) => number } {
  const firsts: number[] = [];
  let total = 0;
  for (const count of counts) {
    firsts.push(total);
    total += count;
  }
  return { firsts, total, find: i => Math.max(0, firsts.findLastIndex(first => first <= i)) };
}
