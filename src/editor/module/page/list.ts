import type { ListQuery, ListRow, Reply, Summary, Texts } from '../messages';
import { element, place } from './elements';
import { ask, tell } from './host';
import { Scroller } from './scroller';

type ListInfo = Summary['lists'][number];

/** A list with a search field and columns that sort; `showBytes` opens the bytes of a row. */
export function listView(info: ListInfo, texts: Texts, showBytes: (row: ListRow) => void): HTMLElement {
  let query: ListQuery = { list: info.name, filter: '', sort: -1, descending: false, from: 0, count: 0 };
  const columns = info.columns.map(column => column.width).join(' ');
  const count = element('span', { class: 'count', role: 'status' });
  const search = element('input', { type: 'search', placeholder: texts.search, 'aria-label': texts.search, spellcheck: 'false' });
  const heads = info.columns.map((column, i) => {
    const button = element('button', { class: column.numeric ? 'numeric' : '', type: 'button' }, column.title);
    button.addEventListener('click', () => {
      // Sizes interest from the largest down; a third click gives the order of the file.
      const first = column.numeric && i > 0;
      query = query.sort !== i ? { ...query, sort: i, descending: first } : query.descending === first ? { ...query, descending: !first } : { ...query, sort: -1, descending: false };
      heads.forEach((head, at) => {
        if (at === query.sort) head.setAttribute('aria-sort', query.descending ? 'descending' : 'ascending');
        else head.removeAttribute('aria-sort');
      });
      void refresh();
    });
    return button;
  });
  const head = element('div', { class: 'row head' }, ...heads);
  place(head, { 'grid-template-columns': columns });
  const fetch = (from: number, want: number): Promise<Reply> => ask({ kind: 'list', query: { ...query, from, count: want } });
  const scroller = new Scroller<ListRow>(info.title, async (from, want) => {
    const reply = await fetch(from, want);
    return reply.kind === 'list' ? reply.page.rows : [];
  }, row => {
    const cells = info.columns.map((column, i) => element('span', { role: 'cell', class: column.numeric ? 'numeric' : '', title: row.cells[i] ?? '' }, row.cells[i] ?? ''));
    if (row.indent !== undefined && row.indent > 0 && cells[0] !== undefined) place(cells[0], { 'padding-left': `${row.indent * 1.2}em` });
    const made = element('div', { class: 'row' }, ...cells);
    place(made, { 'grid-template-columns': columns });
    const open = (): void => {
      if (row.open !== undefined) tell({ kind: 'open', part: row.open[0], index: row.open[1] });
      else if (row.bytes !== undefined) showBytes(row);
    };
    made.addEventListener('dblclick', open);
    const link = row.open === undefined && row.bytes === undefined ? undefined : cells[info.columns.findIndex(column => !column.numeric)];
    link?.classList.add('open');
    link?.addEventListener('click', open);
    return made;
  });
  let asked = 0;
  const refresh = async (): Promise<void> => {
    const mine = ++asked;
    const reply = await fetch(0, 100);
    if (mine !== asked || reply.kind !== 'list') return;
    scroller.reset(reply.page.total);
    scroller.give(0, reply.page.rows);
    count.textContent = query.filter === '' ? reply.page.total.toLocaleString() : `${reply.page.total.toLocaleString()} ${texts.rows.replace('{0}', info.total.toLocaleString())}`;
  };
  search.addEventListener('input', () => {
    query = { ...query, filter: search.value };
    void refresh();
  });
  search.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown') scroller.root.focus();
  });
  void refresh();
  if (info.total === 0) return element('div', { class: 'view empty' }, texts.none);
  return element('div', { class: 'view list' }, element('div', { class: 'bar' }, search, count), head, scroller.root);
}
