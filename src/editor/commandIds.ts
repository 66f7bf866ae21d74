// Every command of the extension, without its prefix `wasmWorkbench.`; package.json's are held to this by a test.

/** Commands of which some part must be there before they are used. */
const mainIds = ['refreshProjects', 'openWalkthrough', 'showLog'] as const;

/** Commands by the bundle that holds them, which is read when one of its commands is first used (commands.ts). */
export const lateIds = {
  projects: ['build', 'rebuild', 'clean', 'run', 'debug', 'runAgain', 'selectProject', 'selectProfile', 'showBuildOutput'],
  setup: ['selectRuntime', 'checkSetup', 'installCompiler'],
  packaging: ['packageImage', 'generateDockerfile', 'generateCompose', 'runImage', 'pull', 'push'],
  modules: ['newProject', 'showInfo', 'convertToWasm', 'openModule', 'convertToWat', 'strip', 'compareModules'],
  wat: ['runExport', 'showWatReferences'],
  capabilities: ['showCapabilities'],
  images: [
    'openImage', 'refreshImages', 'filterEntries', 'clearFilter', 'sortEntries', 'toggleLayerMode', 'searchImage', 'showMore', 'compareImages', 'tag', 'exportImage', 'removeImage', 'forgetImage',
    'showManifest', 'showConfig', 'showWaste', 'open', 'runEntry', 'compareWithLayerBelow', 'compareWithImage', 'extract', 'copyPath', 'copyDigest', 'showDockerfileLine',
  ],
  docker: ['runInDocker', 'checkDocker', 'refreshContainers', 'stop', 'restart', 'showLogs', 'openInBrowser', 'removeContainer'],
} as const;

export type MainId = (typeof mainIds)[number];
export type LateGroup = keyof typeof lateIds;
export type CommandId = MainId | (typeof lateIds)[LateGroup][number];

export const commandIds: readonly CommandId[] = [...mainIds, ...Object.values(lateIds).flat()];

/** The identifier that the editor knows a command by. */
export function fullId(id: CommandId): string {
  return `wasmWorkbench.${id}`;
}
