/** The settings of tools as our command line reads them from its environment; the twin of the command line's `toolPaths`. */
export function toolEnvironment(paths: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(paths).flatMap(([name, path]) => (path === undefined ? [] : [[`WASM_WORKBENCH_${name.replace(/[A-Z]/g, c => '_' + c).toUpperCase()}`, path]])));
}
