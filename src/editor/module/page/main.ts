import type { ListRow, Summary, Texts } from '../messages';
import { BytesView } from './bytes';
import { element } from './elements';
import { ask, listen, remember, state, tell } from './host';
import { listView } from './list';
import { Treemap } from './treemap';

// The page of a module: tabs, of which each is made when it is first shown.

interface Tab { readonly id: string; readonly title: string; make(): HTMLElement }

async function start(): Promise<void> {
  const reply = await ask({ kind: 'summary' });
  if (reply.kind === 'failed') {
    document.body.replaceChildren(element('p', { class: 'problem', role: 'alert' }, reply.message));
    return;
  }
  if (reply.kind === 'summary') show(reply.summary, reply.texts);
}

function overview(summary: Summary): HTMLElement {
  const facts = summary.facts.flatMap(({ label, text }) => [element('dt', {}, label), element('dd', {}, text)]);
  return element('div', { class: 'view' }, ...summary.problems.map(problem => element('p', { class: 'problem', role: 'alert' }, problem)), element('dl', {}, ...facts));
}

function show(summary: Summary, texts: Texts): void {
  let bytes: BytesView | undefined;
  const whole = { title: summary.title, start: 0, size: summary.size, address: 0n };
  const bytesView = (): BytesView => (bytes ??= new BytesView(whole, texts));
  const showBytes = (row: ListRow): void => {
    if (row.bytes === undefined) return;
    const [start, size, address] = row.bytes;
    const named = address !== '' && address.startsWith('0x');
    bytesView().show({ title: `${row.cells[0] ?? ''} ${named ? row.cells[1] ?? '' : ''}`.trim(), start, size, address: named ? BigInt(address) : BigInt(start) });
    select('bytes', true);
  };
  const tabs: Tab[] = [
    { id: 'overview', title: texts.overview, make: () => overview(summary) },
    { id: 'profile', title: texts.profile, make: () => new Treemap(summary.size, texts).root },
    ...summary.lists.map(list => ({ id: list.name, title: `${list.title} ${list.total.toLocaleString()}`, make: () => listView(list, texts, showBytes) })),
    { id: 'bytes', title: texts.bytes, make: () => bytesView().root },
  ];
  const views = new Map<string, HTMLElement>();
  const panel = element('main', { role: 'tabpanel', id: 'panel' });
  const buttons = tabs.map(tab => {
    const button = element('button', { role: 'tab', type: 'button', id: `tab-${tab.id}`, 'aria-controls': 'panel' }, tab.title);
    button.addEventListener('click', () => { select(tab.id, true); });
    return button;
  });
  const bar = element('div', { role: 'tablist', 'aria-label': texts.tabs }, ...buttons);
  bar.addEventListener('keydown', event => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const at = tabs.findIndex(tab => `tab-${tab.id}` === document.activeElement?.id);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next !== undefined) select(next.id, true);
  });
  const actions = summary.actions.map(({ action, title }) => {
    const button = element('button', { type: 'button', class: 'action' }, title);
    button.addEventListener('click', () => { tell({ kind: 'action', action }); });
    return button;
  });
  const select = (id: string, focus: boolean): void => {
    const tab = tabs.find(one => one.id === id) ?? tabs[0];
    if (tab === undefined) return;
    let view = views.get(tab.id);
    if (view === undefined) views.set(tab.id, view = tab.make());
    panel.replaceChildren(view);
    panel.setAttribute('aria-labelledby', `tab-${tab.id}`);
    buttons.forEach((button, i) => {
      const own = tabs[i] === tab;
      button.setAttribute('aria-selected', String(own));
      button.tabIndex = own ? 0 : -1;
      if (own && focus) button.focus();
    });
    remember({ tab: tab.id });
  };
  document.body.replaceChildren(element('header', {}, bar, element('div', { class: 'actions' }, ...actions)), panel);
  select(state().tab ?? 'overview', false);
}

listen(() => { void start(); });
void start();
