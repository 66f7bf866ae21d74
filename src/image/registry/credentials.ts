import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Exec } from '../../base/command';
import { execIo } from '../../base/exec';
import { isUserError, systemCode, UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';

/** What a registry is told of who we are. Never logged. */
export type Credentials = { readonly user: string; readonly password: string } | { readonly identityToken: string };

/** The parts of Docker's config.json that we read. */
interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/** The folder of Docker's configuration: DOCKER_CONFIG, else .docker in the home folder. */
export function dockerConfigFolder(env: NodeJS.ProcessEnv = process.env): string {
  const set = env['DOCKER_CONFIG'];
  return set !== undefined && set !== '' ? set : join(homedir(), '.docker');
}

/** Runs a credential helper with a text on its standard input; only the real one differs from what tests give. */
export type Helper = (name: string, input: string, signal: AbortSignal) => Promise<{ code: number; stdout: string }>;

/** Starts `docker-credential-NAME get` (docker-credential-helpers protocol). */
export const runHelper: Helper = async (name, input, signal) => {
  const chunks: Uint8Array[] = [];
  const feed = (async function* () { yield await Promise.resolve(Buffer.from(input)); })();
  const run: Exec = (command, output) => execIo(command, { ...output, stdin: feed });
  const exit = await run({ tool: `docker-credential-${name}`, args: ['get'], cwd: homedir() }, { stdout: chunk => { chunks.push(chunk); }, stderr: () => {}, signal });
  return { code: exit.code, stdout: Buffer.concat(chunks).toString() };
};

/** The user's credentials for a registry, as `docker login` keeps them; undefined when there are none. Throws a UserError with code `credentials`. */
export async function credentialsFor(registry: string, signal: AbortSignal, folder = dockerConfigFolder(), helper: Helper = runHelper): Promise<Credentials | undefined> {
  const config = await readConfig(join(folder, 'config.json'));
  const keys = keysOf(registry);
  for (const key of keys) {
    const name = config.credHelpers?.[key] ?? (config.auths?.[key] !== undefined || config.auths === undefined ? config.credsStore : undefined);
    if (name !== undefined) {
      const found = await askHelper(name, key, signal, helper);
      if (found !== undefined) return found;
    }
    const auth = config.auths?.[key];
    if (auth === undefined) continue;
    if (auth.identitytoken !== undefined && auth.identitytoken !== '') return { identityToken: auth.identitytoken };
    if (auth.auth !== undefined && auth.auth !== '') {
      const text = Buffer.from(auth.auth, 'base64').toString();
      const colon = text.indexOf(':');
      if (colon > 0) return { user: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
    }
    if (auth.username !== undefined && auth.password !== undefined) return { user: auth.username, password: auth.password };
  }
  return undefined;
}

// `docker login` writes Docker's own registry under this address, and others with or without a scheme.
function keysOf(registry: string): string[] {
  const names = registry === 'docker.io' ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io'] : [registry];
  return names.flatMap(name => (name.startsWith('https:') ? [name] : [name, `https://${name}`, `https://${name}/`, `http://${name}`]));
}

async function readConfig(file: string): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return {};
    throw new UserError('credentials', l10n.t("Can't read {0}: {1}.", file, systemCode(error) ?? ''), [], { cause: error });
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value) : {};
  } catch {
    // The parser's message would quote the file, which holds passwords.
    throw new UserError('credentials', l10n.t('{0} is not valid JSON, so the credentials in it can\'t be read. Mend it, or log in again with docker login.', file));
  }
}

async function askHelper(name: string, key: string, signal: AbortSignal, helper: Helper): Promise<Credentials | undefined> {
  if (!/^[\w.-]+$/.test(name)) throw new UserError('credentials', l10n.t("Docker's config.json names a credential helper that is not a program's name."));
  let answer: { code: number; stdout: string };
  try {
    answer = await helper(name, key, signal);
  } catch (error) {
    if (isUserError(error) && error.code === 'tool-missing') {
      throw new UserError('credentials', l10n.t("Docker's config.json wants the credential helper docker-credential-{0}, which is not on PATH. Install it, or log in again without it.", name), [], { cause: error });
    }
    throw error;
  }
  // A helper that knows nothing of the registry says so by its exit code.
  if (answer.code !== 0) return undefined;
  try {
    const { Username, Secret } = JSON.parse(answer.stdout) as { Username?: string; Secret?: string };
    if (Secret === undefined || Secret === '') return undefined;
    return Username === '<token>' ? { identityToken: Secret } : { user: Username ?? '', password: Secret };
  } catch {
    throw new UserError('credentials', l10n.t('The credential helper docker-credential-{0} answers something that is not JSON. Log in again with docker login.', name));
  }
}
