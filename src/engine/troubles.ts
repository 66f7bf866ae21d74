import * as l10n from '@vscode/l10n';
import { UserError, type Remedy } from '../base/error';
import type { Failure } from './failure';

/** A way in which engines fail: how it is recognised, and what the user is told. */
export interface Trouble {
  /** The UserError's code, after `engine.`. */
  readonly id: string;
  applies(failure: Failure): boolean;
  say(failure: Failure): { readonly message: string; readonly remedies: readonly Remedy[] };
}

const url = (label: string, address: string): Remedy => ({ label, action: { kind: 'url', url: address } });
const line = (label: string, text: string): Remedy => ({ label, action: { kind: 'terminal', line: text } });
const setting = (label: string, name: string): Remedy => ({ label, action: { kind: 'setting', setting: `wasmWorkbench.${name}` } });
const hint = (label: string): Remedy => ({ label });

// Getters, since l10n is configured after this file is read.
const remedy = {
  get embedded(): Remedy { return hint(l10n.t('Without Docker the image or module runs in the embedded host: leave runtime docker out.')); },
  get check(): Remedy { return { label: l10n.t('Check Docker'), action: { kind: 'command', command: 'wasmWorkbench.checkDocker' } }; },
  get context(): Remedy { return setting(l10n.t('Choose a Context'), 'docker.context'); },
  get runtime(): Remedy { return setting(l10n.t('Choose a Runtime'), 'docker.runtime'); },
  get platform(): Remedy { return setting(l10n.t('Choose a Platform'), 'docker.platform'); },
};

function startRemedies({ platform }: Failure): Remedy[] {
  if (platform === 'linux') return [line(l10n.t('Start Docker'), 'sudo systemctl start docker')];
  if (platform === 'darwin') return [line(l10n.t('Start Docker Desktop'), 'open -a Docker')];
  return [hint(l10n.t('Start Docker Desktop.'))];
}

/** How a shim is got: a program on the PATH of containerd, whatever the engine. */
export function shimRemedies({ about, platform }: Pick<Failure, 'about' | 'platform'>): Remedy[] {
  if (about.desktop === true || platform !== 'linux') {
    return [url(l10n.t('How to Switch Wasm On'), 'https://docs.docker.com/desktop/features/wasm/'), remedy.runtime, remedy.embedded];
  }
  return [url(l10n.t('How to Install the Shim'), 'https://github.com/containerd/runwasi#readme'), remedy.runtime, remedy.embedded];
}

const says = (pattern: RegExp) => ({ message }: Failure): boolean => pattern.test(message);
const runtimeOf = ({ about }: Failure): string => about.runtime ?? l10n.t('the default');
const shimOf = ({ message, about }: Failure): string => /binary not installed "([^"]+)"/.exec(message)?.[1] ?? /(containerd-shim-[\w.-]+)/.exec(message)?.[1]
  ?? `containerd-shim-${(about.runtime ?? '').split('.').slice(-2).join('-')}`;
const imageOf = ({ about }: Failure): string => about.image ?? l10n.t('the image');
const platformOf = ({ about }: Failure): string => about.platform ?? l10n.t("the engine's own platform");
const printed = ({ exit }: Failure): boolean => exit !== undefined && exit.stdout + exit.stderr !== '';

/** Every known way, most telling first: the first that applies is said. */
export const troubles: readonly Trouble[] = [
  // No answer at all.
  {
    id: 'not-there', applies: ({ system }) => system === 'ENOENT',
    say: failure => ({
      message: l10n.t('No Docker Engine was found: there is no {0}.', failure.endpoint.address) + (failure.endpoint.tried.length < 2 ? '' : ' ' + l10n.t('Looked at: {0}.', failure.endpoint.tried.join(', '))),
      remedies: [url(l10n.t('Install Docker'), 'https://docs.docker.com/engine/install/'), ...startRemedies(failure), remedy.context, remedy.embedded],
    }),
  },
  {
    id: 'down', applies: ({ system }) => system === 'ECONNREFUSED',
    say: failure => ({
      message: l10n.t('The Docker Engine at {0} does not answer: nothing listens there. It is not running, or still starting.', failure.endpoint.address),
      remedies: [...startRemedies(failure), remedy.context, remedy.embedded],
    }),
  },
  {
    id: 'no-permission', applies: ({ system }) => system === 'EACCES' || system === 'EPERM',
    say: ({ endpoint, platform }) => ({
      message: l10n.t('You may not use the Docker Engine at {0}: your user has no permission for its socket.', endpoint.address),
      remedies: [
        ...(platform === 'linux' ? [line(l10n.t('Join the Group docker'), 'sudo usermod -aG docker "$USER"'), hint(l10n.t('Then log in again. Members of that group have the rights of root.'))] : []),
        url(l10n.t('Use Docker without Root'), 'https://docs.docker.com/engine/security/rootless/'), remedy.context,
      ],
    }),
  },
  {
    id: 'unreachable', applies: ({ system }) => system === 'EDIAL',
    say: ({ endpoint, message }) => ({
      message: l10n.t('The Docker Engine of context {0} ({1}) could not be reached: {2}.', endpoint.context, endpoint.address, message.replace(/\.$/, '')),
      remedies: [line(l10n.t('Try It in a Terminal'), endpoint.from === 'DOCKER_HOST' ? 'docker version' : `docker --context ${endpoint.context} version`), remedy.context],
    }),
  },
  {
    id: 'certificate', applies: ({ system, message }) => /^(ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_|EPROTO)/.test(system ?? '') || /certificate|TLS|HTTP request to an HTTPS server/i.test(message) && (system !== undefined || /HTTPS/.test(message)),
    say: ({ endpoint, message }) => ({
      message: l10n.t('The Docker Engine at {0} was not trusted, or does not trust this machine: {1}. Its TLS files (ca.pem, cert.pem, key.pem) are those of context {2}.', endpoint.address, message.replace(/\.$/, ''), endpoint.context),
      remedies: [url(l10n.t('How Docker Uses TLS'), 'https://docs.docker.com/engine/security/protect-access/'), remedy.context],
    }),
  },
  {
    id: 'network', applies: ({ system, status }) => system !== undefined && status === undefined,
    say: ({ endpoint, system, message }) => ({
      message: system === 'ECONNRESET' || system === 'EPIPE'
        ? l10n.t('The connection to the Docker Engine at {0} was cut off: it was stopped, or is restarting. Try again when it is up.', endpoint.address)
        : l10n.t('The Docker Engine at {0} could not be reached: {1}.', endpoint.address, message.replace(/\.$/, '')),
      remedies: [remedy.context, remedy.embedded],
    }),
  },
  // Runtimes and shims.
  {
    id: 'shim-missing', applies: says(/binary not installed|failed to resolve runtime path/),
    say: failure => ({
      message: failure.about.desktop === true
        ? l10n.t("Docker Desktop has no {0}: its Wasm support is switched off, or this version no longer has it. Switch on 'Use containerd' and 'Enable Wasm' in its settings, if they are there.", shimOf(failure))
        : l10n.t("The engine has no {0}, which runs WebAssembly for runtime {1}: it must lie on the PATH of the engine's containerd.", shimOf(failure), runtimeOf(failure)),
      remedies: shimRemedies(failure),
    }),
  },
  {
    id: 'shim-gone', applies: says(/fork\/exec \S*containerd-shim\S*: no such file or directory/),
    say: failure => ({
      message: l10n.t('The engine knew {0}, but it is no longer there, or needs a library that the machine does not have. Install it again.', shimOf(failure)),
      remedies: shimRemedies(failure),
    }),
  },
  {
    id: 'shim-architecture', applies: ({ step, message }) => step !== 'run' && /containerd-shim|start failed|failed to start shim/.test(message) && /exec format error/.test(message),
    say: failure => ({ message: l10n.t("{0} can't be started: it was built for another processor or system than the engine's. Install the one for it.", shimOf(failure)), remedies: shimRemedies(failure) }),
  },
  {
    id: 'shim-denied', applies: ({ message }) => /containerd-shim|runtime/.test(message) && /permission denied/.test(message),
    say: failure => ({
      message: l10n.t("{0} can't be started: it may not be executed.", shimOf(failure)),
      remedies: [line(l10n.t('Make It Executable'), `sudo chmod 755 "$(command -v ${shimOf(failure)})"`), ...shimRemedies(failure)],
    }),
  },
  {
    id: 'no-module', applies: ({ step, message }) => (step === 'start' || step === 'create') && /module not found|no such file or directory.*(wasm|entrypoint)|executable file .* not found|stat \S+: no such file/.test(message),
    say: failure => ({
      message: l10n.t('The image {0} has no file at its entrypoint, so that there is nothing to start: {1}.', imageOf(failure), lastWords(failure.message)),
      remedies: [hint(l10n.t('The entrypoint of a Wasm image is the absolute path of its module, for instance /app.wasm.')), url(l10n.t('Entrypoints of Wasm Images'), 'https://github.com/containerd/runwasi#readme')],
    }),
  },
  {
    id: 'shim-crashed', applies: says(/start failed: .*exit status \d+|failed to start shim.*exit status|shim.* exited|ttrpc: closed|ttrpc: server closed/s),
    say: failure => ({
      message: l10n.t('{0} crashed when it was started: {1}.', shimOf(failure), lastWords(failure.message)),
      remedies: [hint(l10n.t("Its version and the engine's must fit; the engine's log says more (journalctl -u docker -u containerd).")), ...shimRemedies(failure)],
    }),
  },
  {
    id: 'runtime-unknown', applies: says(/unknown or invalid runtime name|no such runtime|unknown runtime|invalid runtime/i),
    say: failure => ({
      message: failure.about.desktop === true
        ? l10n.t("Docker Desktop has no runtime {0}: its Wasm support is switched off, or this version no longer has it.", runtimeOf(failure))
        : l10n.t("The engine has no runtime {0}. A shim's name has dots (io.containerd.wasmedge.v1); one without must be configured in the engine's daemon.json.", runtimeOf(failure)),
      remedies: [remedy.runtime, url(l10n.t('How Runtimes Are Configured'), 'https://docs.docker.com/engine/daemon/alternative-runtimes/'), remedy.check],
    }),
  },
  {
    id: 'no-terminal', applies: says(/terminal is not supported/),
    say: failure => ({
      message: l10n.t('Runtime {0} gives programs no terminal.', runtimeOf(failure)),
      remedies: [hint(l10n.t('Send the output through a pipe: ... | cat')), remedy.runtime, remedy.embedded],
    }),
  },
  // The image store and platforms.
  {
    id: 'classic-store', applies: says(/cannot load wasi image on \w+|operating system is not supported|image operating system "?wasi"? cannot be used/),
    say: failure => ({
      message: l10n.t("The engine's image store can't hold {0}: images for wasi need the containerd image store, and this engine uses the classic one.", imageOf(failure)),
      remedies: [url(l10n.t('How to Switch the Image Store'), 'https://docs.docker.com/engine/storage/containerd/'), hint(l10n.t('Or package for linux/amd64 and run it with a crun runtime and its annotation.')), remedy.platform, remedy.embedded],
    }),
  },
  {
    id: 'platform-invalid', applies: says(/unknown operating system or architecture|invalid platform|is an invalid OS component/),
    say: failure => ({ message: l10n.t("'{0}' is not a platform that the engine knows. Write os/architecture: wasi/wasm.", platformOf(failure)), remedies: [remedy.platform] }),
  },
  {
    id: 'platform-missing',
    applies: ({ step, status, message }) => /does not provide the specified platform|no match for platform in manifest|no matching manifest for|does not match the specified platform/.test(message) || (step === 'create' && status === 404 && /No such image/.test(message)),
    say: failure => ({
      message: failure.step === 'create' && /No such image/.test(failure.message)
        ? l10n.t('The engine has no image {0} for platform {1}. It has no such image at all, or only one for another platform.', imageOf(failure), platformOf(failure))
        : l10n.t('The image {0} is not there for platform {1}: {2}.', imageOf(failure), platformOf(failure), lastWords(failure.message)),
      remedies: [hint(l10n.t('wasi/wasm and wasi/wasm32 are different platforms to an engine. The image says which it has: docker image inspect.')), remedy.platform],
    }),
  },
  {
    id: 'image-incomplete', applies: says(/unable to create manifests file|content digest sha256:\w+: not found/),
    say: failure => ({
      message: l10n.t('The engine has only a part of {0}: other platforms of it were never pulled. Open it for one platform, or pull it again.', imageOf(failure)),
      remedies: [line(l10n.t('Pull It Again'), `docker pull ${failure.about.platform === undefined ? '' : `--platform ${failure.about.platform} `}${failure.about.image ?? ''}`)],
    }),
  },
  {
    id: 'login', applies: ({ step, message }) => (step === 'pull' || step === 'push') && /no basic auth credentials|401 Unauthorized|pull access denied|denied:|authentication required|unauthorized/i.test(message),
    say: failure => ({
      message: l10n.t('The registry did not let you {0} {1}: you are not logged in there, may not use it, or there is no such image.', failure.step === 'push' ? l10n.t('push') : l10n.t('pull'), imageOf(failure)),
      remedies: [line(l10n.t('Log In'), `docker login ${registryOf(failure.about.image)}`.trim())],
    }),
  },
  {
    id: 'no-image', applies: ({ status, message }) => status === 404 && /No such image|reference does not exist|not found/i.test(message) && !/container/i.test(message),
    say: failure => ({ message: l10n.t('The engine has no image {0}.', imageOf(failure)), remedies: [line(l10n.t('Pull It'), `docker pull ${failure.about.image ?? ''}`)] }),
  },
  // Containers.
  {
    id: 'name-taken', applies: ({ status, message }) => status === 409 && /container name .* is already in use|name .* is in use/i.test(message),
    say: ({ about }) => ({
      message: l10n.t('There is already a container named {0}. Remove it, or choose another name.', about.name ?? ''),
      remedies: about.name === undefined ? [] : [line(l10n.t('Remove the Other'), `docker rm --force ${about.name}`)],
    }),
  },
  {
    id: 'port-taken', applies: says(/address already in use|port is already allocated|Only one usage of each socket address|bind: An attempt was made/i),
    say: ({ message }) => ({
      message: l10n.t('The port {0} is taken by another program or container. Publish another one.', portOf(message) ?? l10n.t('that was to be published')),
      remedies: [line(l10n.t('See Who Has It'), process.platform === 'win32' ? 'netstat -ano' : `docker ps --filter publish=${portOf(message) ?? ''}`)],
    }),
  },
  {
    id: 'no-entrypoint', applies: says(/no command specified/i),
    say: failure => ({ message: l10n.t('The image {0} has no entrypoint: it does not say what to start.', imageOf(failure)), remedies: [hint(l10n.t('Package it with an entrypoint, or name the module as the first argument.'))] }),
  },
  {
    id: 'bad-mount', applies: says(/bind source path does not exist|invalid mount config|invalid volume specification|mounts denied|is not shared from the host/i),
    say: ({ message }) => ({ message: l10n.t("The engine can't mount a folder: {0}.", lastWords(message)), remedies: [hint(l10n.t("The folder must be on the engine's own machine; Docker Desktop shares only the folders of its settings."))] }),
  },
  {
    id: 'disk-full', applies: says(/no space left on device/i),
    say: () => ({ message: l10n.t("The engine's disk is full."), remedies: [line(l10n.t('See What Uses It'), 'docker system df')] }),
  },
  {
    id: 'no-container', applies: ({ status, message }) => status === 404 && /no such container/i.test(message),
    say: () => ({ message: l10n.t('The container is no longer there: somebody else removed it.'), remedies: [] }),
  },
  // buildx, Docker's own command line.
  {
    id: 'no-buildx', applies: ({ step, message }) => step === 'build' && /unknown command: docker buildx|unknown shorthand flag|'buildx' is not a docker command|unknown flag: --platform/.test(message),
    say: () => ({ message: l10n.t("Docker's command line has no buildx, which builds for other platforms."), remedies: [url(l10n.t('Install buildx'), 'https://docs.docker.com/build/concepts/overview/'), hint(l10n.t('Without it, Wasm: Package as OCI Image makes the image.'))] }),
  },
  // How a container ended.
  {
    id: 'runc', applies: ({ exit, about }) => exit !== undefined && (exit.code === 1 || exit.code === 255) && /exec format error/i.test(exit.stderr) && !isJson(exit.stderr) && !/crun/.test(about.runtime ?? ''),
    say: failure => ({
      message: l10n.t('Runtime {0} took the module for a native program: it runs no WebAssembly.', failure.about.runtime ?? 'runc'),
      remedies: [hint(l10n.t('Use a runtime that does: io.containerd.wasmedge.v1.')), remedy.runtime],
    }),
  },
  {
    id: 'crun-annotation', applies: ({ exit }) => exit !== undefined && exit.code !== 0 && /exec format error/i.test(exit.stderr),
    say: failure => ({
      message: l10n.t('Runtime {0} took the module for a native program: crun runs WebAssembly only for containers with its annotation.', runtimeOf(failure)),
      remedies: [hint(l10n.t('Give it: --annotation run.oci.handler=wasm.'))],
    }),
  },
  {
    id: 'crun-no-module', applies: ({ exit }) => exit !== undefined && /loading failed: .*(invalid path|Code: 0x100)/.test(exit.stdout + exit.stderr),
    say: failure => ({
      message: l10n.t('WasmEdge found no module at the entrypoint of {0}.', imageOf(failure)),
      remedies: [hint(l10n.t('The entrypoint of a Wasm image is the absolute path of its module, for instance /app.wasm.'))],
    }),
  },
  {
    id: 'crun-trap', applies: ({ exit }) => exit !== undefined && /execution failed: .*Code: 0x[0-9a-f]+/.test(exit.stdout + exit.stderr),
    say: failure => ({
      message: l10n.t('The program trapped in WasmEdge: {0}.', /execution failed: ([^\n]*?), Code: 0x[0-9a-f]+/.exec((failure.exit?.stdout ?? '') + (failure.exit?.stderr ?? ''))?.[1] ?? ''),
      remedies: [hint(l10n.t('The embedded host says where: run it without runtime docker, or debug it.'))],
    }),
  },
  {
    id: 'silent-137', applies: failure => failure.exit?.code === 137 && !printed(failure),
    say: failure => ({
      message: l10n.t("The container ended with 137 and said nothing: the shim of {0} could not load or start the module, it trapped, or the engine ended it for want of memory. The reason is in the engine's log only.", runtimeOf(failure)),
      remedies: [hint(l10n.t('The embedded host says the reason: run it without runtime docker.')), ...(failure.platform === 'linux' ? [line(l10n.t("See the Engine's Log"), 'journalctl -u docker -u containerd --since "-5 min"')] : [])],
    }),
  },
];

function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** The innermost cause of an engine's chain of them. */
function lastWords(message: string): string {
  const words = message.trim().replace(/\.$/, '');
  return words.length <= 300 ? words : '... ' + words.slice(-300);
}

function registryOf(image: string | undefined): string {
  const first = image?.includes('/') === true ? image.split('/')[0] ?? '' : '';
  return /[.:]|^localhost$/.test(first) ? first : '';
}

function portOf(message: string): string | undefined {
  return /:(\d+)(?::|\s|\/|$)(?!.*:\d+(?::|\s)).*(?:in use|allocated)/s.exec(message)?.[1] ?? /:(\d+)/.exec(message)?.[1];
}

/** What is to be said of a failure: the first row that applies, else the engine's own words. */
export function translate(failure: Failure, cause?: unknown): UserError {
  const row = troubles.find(one => one.applies(failure));
  if (row !== undefined) {
    const { message, remedies } = row.say(failure);
    return new UserError(`engine.${row.id}`, message, remedies, { cause });
  }
  const words = lastWords(failure.message);
  return new UserError('engine.other', l10n.t('The Docker Engine refused ({0}): {1}.', failure.status ?? failure.step, words), [remedy.check], { cause });
}

/** What is to be said of a container that ended as its program perhaps did not mean to; undefined when nothing is known to be wrong. */
export function explainExit(failure: Failure): UserError | undefined {
  const row = failure.exit === undefined ? undefined : troubles.find(one => one.applies(failure));
  if (row === undefined) return undefined;
  const { message, remedies } = row.say(failure);
  return new UserError(`engine.${row.id}`, message, remedies);
}
