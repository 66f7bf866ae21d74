import * as l10n from '@vscode/l10n';
import type { WasmContainer } from '../../engine/list';

/** How a container stands in the view. */
export interface ContainerRow {
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly context: string;
  readonly icon: string;
  readonly color?: string;
}

/** The row of a container; its context words are what menus ask for. */
export function containerRow({ name, title, image, state, status, ports }: WasmContainer): ContainerRow {
  const published = ports.map(port => `:${String(port.host)}`);
  const running = state === 'running';
  return {
    label: title,
    description: [name, ...published, status].filter(part => part !== '').join(' · '),
    tooltip: [
      l10n.t('Container: {0}', name), l10n.t('Image: {0}', image), l10n.t('State: {0}', status === '' ? state : status),
      ...ports.map(port => l10n.t('Port {0} is published as {1}', port.guest, port.host)),
    ].join('\n'),
    context: ['container', running ? 'running' : 'exited', ...(running && ports.length > 0 ? ['published'] : [])].join(' '),
    icon: running ? 'vm-running' : 'vm-outline',
    ...(running ? { color: 'charts.green' } : {}),
  };
}
