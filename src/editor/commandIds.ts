/** Every command of the extension, without its prefix `wasmWorkbench.`; package.json's are held to this by a test. */
export const commandIds = [
  'build', 'rebuild', 'clean', 'run', 'debug', 'runAgain',
  'selectProject', 'selectProfile', 'selectRuntime', 'newProject', 'refreshProjects',
  'showInfo', 'convertToWasm',
  'checkSetup', 'installCompiler', 'openWalkthrough', 'showLog', 'showBuildOutput',
] as const;

export type CommandId = (typeof commandIds)[number];

/** The identifier that the editor knows a command by. */
export function fullId(id: CommandId): string {
  return `wasmWorkbench.${id}`;
}
