import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { basename } from 'node:path';
import type { Loaded } from './loaded';

/** The sources that the module was made of and that are on this machine, by path. */
export function sourcesOf({ program, sources }: Loaded): DebugProtocol.Source[] {
  if (program.state !== 'alive') return [];
  const found = new Set<string>();
  const seen = new Set<unknown>();
  for (const unit of program.units) {
    const table = program.lineTable(unit);
    if (table === undefined || seen.has(table)) continue;
    seen.add(table);
    for (let i = 0; i < table.fileCount; i++) {
      const path = table.path(i);
      const file = path === undefined ? undefined : sources.existing(path);
      if (file !== undefined) found.add(file);
    }
  }
  return [...found].sort().map(path => ({ name: sources.name(path), path }));
}

/** The one module, and what its debug information is worth. */
export function modulesOf({ program, launch, bytes }: Loaded): DebugProtocol.Module[] {
  const status = { alive: l10n.t('debug information read'), none: l10n.t('no debug information'), stale: l10n.t('debug information destroyed by an optimizer'), external: l10n.t('debug information in another file'), split: l10n.t('debug information in .dwo files') };
  return [{ id: 0, name: basename(launch.spec.module), path: launch.spec.module, isUserCode: true, isOptimized: false, symbolStatus: status[program.state], addressRange: l10n.t('{0} bytes', bytes.length) }];
}
