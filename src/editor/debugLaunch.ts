import * as l10n from '@vscode/l10n';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, UserError } from '../base/error';
import { checkRequest, parseEnvFile, parseMount, parseSize } from '../run/check';
import type { GuestSpec } from '../run/hosting/spec';
import type { ResolvedLaunch } from './launch';

/** What a launch configuration says about debugging alone. */
export interface DebugWishes {
  readonly stopOnEntry: boolean;
  readonly breakOnTrap: boolean;
  readonly sourceFileMap: Readonly<Record<string, string>>;
  readonly runtimeExecutable?: string;
}

/** Reads what a configuration says about debugging. Throws a UserError ('usage') that names the property. */
export function debugWishes(written: Readonly<Record<string, unknown>>): DebugWishes {
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = written[name] ?? otherwise;
    if (typeof value !== 'boolean') throw wrong(name, l10n.t('must be true or false'));
    return value;
  };
  const map = written['sourceFileMap'] ?? {};
  if (!isTexts(map)) throw wrong('sourceFileMap', l10n.t('must map paths to paths'));
  const node = written['runtimeExecutable'] ?? '';
  if (typeof node !== 'string') throw wrong('runtimeExecutable', l10n.t('must be a text'));
  return { stopOnEntry: flag('stopOnEntry', false), breakOnTrap: flag('breakOnTrap', true), sourceFileMap: map, ...(node === '' ? {} : { runtimeExecutable: node }) };
}

/**
 * The guest that a configuration means, read from the options that the command line would be given, so that debugging and running start the
 * same program. A limit of time is left out: whoever debugs takes time. Throws UserError 'usage' and 'bad-path'.
 */
export async function guestOf(launch: Pick<ResolvedLaunch, 'options' | 'args' | 'cwd'>, module: string): Promise<GuestSpec> {
  const given = (option: string): string[] => launch.options.flatMap((word, i) => (i % 2 === 1 && launch.options[i - 1] === option ? [word] : []));
  const env: Record<string, string> = {};
  for (const file of given('--env-file')) Object.assign(env, await environmentFile(file));
  for (const text of given('--env')) {
    const at = text.indexOf('=');
    env[text.slice(0, at)] = text.slice(at + 1);
  }
  const mounts = given('--dir').map(text => parseMount(text, launch.cwd));
  checkRequest({ mounts });
  const [stdin] = given('--stdin');
  const [memory] = given('--max-memory');
  const [output] = given('--max-output');
  const limits = { ...(memory === undefined ? {} : { memory: parseSize(memory) }), ...(output === undefined ? {} : { output: parseSize(output) }) };
  const listen = given('--listen');
  const connect = given('--connect');
  return {
    host: given('--runtime')[0] === 'node' ? 'node' : 'embedded', module, args: [basename(module), ...launch.args], env, mounts,
    ...(stdin === undefined ? {} : { stdin }), ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(listen.length === 0 ? {} : { listen }), ...(connect.length === 0 ? {} : { connect }),
  };
}

async function environmentFile(path: string): Promise<Record<string, string>> {
  try {
    return parseEnvFile(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UserError('bad-path', l10n.t("Can't read the environment file {0}: {1}.", path, messageOf(error)), [], { cause: error });
  }
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(one => typeof one === 'string');
}

function wrong(property: string, why: string): UserError {
  return new UserError('usage', l10n.t('The property {0} of the launch configuration {1}.', property, why), [
    { label: l10n.t('Open launch.json'), action: { kind: 'command', command: 'workbench.action.debug.configure' } },
  ]);
}
