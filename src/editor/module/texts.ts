import * as l10n from '@vscode/l10n';
import type { Texts } from './messages';

/** The words of the page, which can't ask for translations itself. */
export function pageTexts(): Texts {
  return {
    overview: l10n.t('Overview'), profile: l10n.t('Size'), bytes: l10n.t('Bytes'), search: l10n.t('Search by name or number'), none: l10n.t('Nothing here.'),
    whole: l10n.t('Whole File'), open: l10n.t('Open'), up: l10n.t('Up'), share: l10n.t('of the file'), rows: l10n.t('of {0}', '{0}'), tabs: l10n.t('What to look at'),
  };
}
