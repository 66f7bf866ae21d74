import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { isUserError, UserError } from '../../base/error';
import type { WasmContainer } from '../../engine/list';
import { addressOf, hostOf } from '../../engine/ports';
import { listEngineImages } from '../../image/stores/engine';
import type { App } from '../app';
import type { Handlers } from '../commands';
import { requireTrust } from '../errors';
import { launch } from '../actions';
import { checkDocker } from './check';
import { showLogs } from './logs';

/** A row of the view, as the editor hands it to a command. */
function containerOf(given: unknown): WasmContainer {
  if (typeof given === 'object' && given !== null && 'id' in given && 'state' in given) return given as WasmContainer;
  throw new UserError('usage', l10n.t('Choose a container in the view Containers.'));
}

/** Changes a container, with progress in the view; the engine's events then show what came of it. */
async function change(app: App, given: unknown, work: (id: string, title: string) => Promise<unknown>): Promise<void> {
  const { id, title } = containerOf(given);
  await vscode.window.withProgress({ location: { viewId: 'wasmWorkbench.containers' } }, () => work(id, title));
  (await app.containers.get()).refresh();
}

async function stop(app: App, given: unknown): Promise<void> {
  const containers = await app.containers.get();
  const engine = await containers.engine();
  // A guest as process 1 hears no polite signal: a second is enough.
  await change(app, given, id => engine.ask('remove', {}, containers.signal, docker => docker.getContainer(id).stop({ t: 1 })));
}

async function restart(app: App, given: unknown): Promise<void> {
  const containers = await app.containers.get();
  const engine = await containers.engine();
  await change(app, given, id => engine.ask('start', {}, containers.signal, docker => docker.getContainer(id).restart({ t: 0 })));
}

async function removeContainer(app: App, given: unknown): Promise<void> {
  const container = containerOf(given);
  const containers = await app.containers.get();
  const engine = await containers.engine();
  if (container.state === 'running') {
    const remove = l10n.t('Remove');
    const chosen = await vscode.window.showWarningMessage(l10n.t('{0} is running. Stop and remove it?', container.title), { modal: true }, remove);
    if (chosen !== remove) return;
  }
  await change(app, container, async id => {
    try {
      await engine.ask('remove', {}, containers.signal, docker => docker.getContainer(id).remove({ force: true, v: true }));
    } catch (error) {
      // Gone already, which is what was wanted.
      if (!isUserError(error) || error.code !== 'engine.no-container') throw error;
    }
  });
}

async function openInBrowser(app: App, given: unknown): Promise<void> {
  const { ports, title } = containerOf(given);
  const engine = await (await app.containers.get()).engine();
  if (ports.length === 0) throw new UserError('usage', l10n.t('{0} publishes no port.', title));
  const items = ports.map(port => ({ label: String(port.host), description: l10n.t('port {0} of the container', port.guest), port }));
  const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: l10n.t('Which port of {0}?', title) });
  if (picked === undefined) return;
  await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(addressOf(hostOf(engine.endpoint), picked.port.host))));
}

/** A project, a module, or an image by its name; the palette offers the engine's images where nothing else is at hand. */
async function runInDocker(app: App, given: unknown): Promise<void> {
  requireTrust();
  const image = imageName(given) ?? (await hasProgram(app, given) ? undefined : await pickImage(app));
  if (image === undefined) {
    if (await hasProgram(app, given)) await launch(app, given, true, { runtime: 'docker' });
    return;
  }
  await vscode.debug.startDebugging(undefined, { type: 'wasi', request: 'launch', name: image, program: image, runtime: 'docker', preopens: [] }, { noDebug: true });
}

/** An image's name as other views hand it: `{ image: 'php:8' }`. */
function imageName(given: unknown): string | undefined {
  const image = typeof given === 'object' && given !== null && 'image' in given && !('state' in given) ? given.image : undefined;
  return typeof image === 'string' ? image : undefined;
}

async function hasProgram(app: App, given: unknown): Promise<boolean> {
  if (given !== undefined) return true;
  const open = vscode.window.activeTextEditor?.document.uri.fsPath ?? '';
  return /\.(wasm|wat|c|cc|cpp|cxx)$/i.test(open) || (await app.projects.list()).length > 0;
}

async function pickImage(app: App): Promise<string | undefined> {
  const containers = await app.containers.get();
  const engine = await containers.engine();
  const images = (await listEngineImages(engine, containers.signal)).filter(image => image.names.length > 0 && image.platforms.some(platform => platform.os === 'wasi'));
  if (images.length === 0) throw new UserError('usage', l10n.t('There is no project to run, and the engine has no image for WASI. Open a project, or pull or package an image.'));
  const items = images.flatMap(image => image.names.map(name => ({ label: name, description: image.platforms.map(platform => `${platform.os}/${platform.architecture}`).join(', ') })));
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Which image shall run in Docker?') }))?.label;
}

/** Commands on engines and their containers. */
export const handlers: Handlers<'docker'> = {
  runInDocker, checkDocker, stop, restart, showLogs: (app, given) => showLogs(app, containerOf(given)), openInBrowser, removeContainer,
  refreshContainers: async app => { (await app.containers.get()).refresh(); },
};
