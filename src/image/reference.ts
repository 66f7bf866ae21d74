import { UserError } from '../base/error';
import { isDigest } from '../base/digest';
import * as l10n from '@vscode/l10n';

/** The name of an image as Docker writes and reads it (distribution reference grammar). */
export interface Reference {
  /** `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** `library/php`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

// What Docker itself takes for a name without a registry; no other place of the product chooses one.
const defaultRegistry = 'docker.io';
const component = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/** Reads `[registry/]repository[:tag][@digest]`; without tag and digest the tag is `latest`. Throws a UserError with code `usage`. */
export function parseReference(text: string): Reference {
  const wrong = (why: string): UserError =>
    new UserError('usage', l10n.t("'{0}' is not an image name: {1} Write it as name:tag or registry/name:tag, in lower case.", text, why));
  let rest = text;
  let digest: string | undefined;
  const at = rest.indexOf('@');
  if (at >= 0) {
    digest = rest.slice(at + 1);
    rest = rest.slice(0, at);
    if (!isDigest(digest)) throw wrong(l10n.t('what follows @ is not a digest.'));
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!/^\w[\w.-]{0,127}$/.test(tag)) throw wrong(l10n.t("the tag '{0}' has characters that a tag can't have.", tag));
  }
  const slash = rest.indexOf('/');
  const first = slash < 0 ? '' : rest.slice(0, slash);
  const isRegistry = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();
  let registry = isRegistry ? first : defaultRegistry;
  let repository = isRegistry ? rest.slice(slash + 1) : rest;
  if (registry === 'index.docker.io') registry = defaultRegistry;
  if (repository === '' || !repository.split('/').every(part => component.test(part))) {
    throw wrong(repository === '' ? l10n.t('it has no name.') : l10n.t("'{0}' has characters that a name can't have.", repository));
  }
  if (!/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/.test(registry)) throw wrong(l10n.t("'{0}' is not a host.", registry));
  if (registry === defaultRegistry && !repository.includes('/')) repository = `library/${repository}`;
  if (tag === undefined && digest === undefined) tag = 'latest';
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The whole name, with its registry: `docker.io/library/php:8`. */
export function fullName(reference: Reference): string {
  return `${reference.registry}/${reference.repository}${suffix(reference)}`;
}

/** The name as people write it: without what Docker adds by itself. */
export function familiarName(reference: Reference): string {
  if (reference.registry !== defaultRegistry) return fullName(reference);
  return reference.repository.replace(/^library\/(?=[^/]+$)/, '') + suffix(reference);
}

function suffix(reference: Reference): string {
  return (reference.tag === undefined ? '' : `:${reference.tag}`) + (reference.digest === undefined ? '' : `@${reference.digest}`);
}
