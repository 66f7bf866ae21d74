/** One start of the editor: which suite runs, and what the editor has open. `test/tools/host.mjs` reads this table. */
export interface HostRun {
  readonly name: string;
  /** Folder below test/host/suites whose *.test.ts run. */
  readonly suite: string;
  /** What is opened: a folder or .code-workspace, from the project's root; a fresh copy of it (of its folder) each time. Nothing: an empty window. */
  readonly open?: string;
  /** Whether folders are trusted; true unless said otherwise. */
  readonly trust?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Further extensions under development (stubs), from the project's root. */
  readonly extensions?: readonly string[];
  /** Programs without which the run makes no sense; when one is missing it is skipped with a line, or fails with CI=true. */
  readonly needs?: readonly string[];
  /** Whether it needs a Docker Engine that runs WebAssembly; treated like a program that is missing. */
  readonly engine?: boolean;
  /** Seconds until the run is given up; 300 unless said otherwise. */
  readonly timeout?: number;
  /** The browser's extension host: our manifest with `browser` and without `main`. */
  readonly web?: boolean;
  /** The packaged extension, installed, instead of the one under development; these are the part `package` of `npm test`. */
  readonly packaged?: boolean;
}

/** Every run, in order. A row is all that a new suite needs. */
export const runs: readonly HostRun[] = [
  { name: 'smoke', suite: 'smoke', open: 'test/host/workspaces/c' },
  { name: 'empty', suite: 'smoke' },
  { name: 'build', suite: 'build', open: 'test/host/workspaces/several', needs: ['clang'] },
  { name: 'run', suite: 'run', open: 'test/host/workspaces/several', needs: ['clang'] },
  { name: 'wat', suite: 'wat', open: 'test/host/workspaces/wat' },
  { name: 'debug', suite: 'debug', open: 'test/host/workspaces/debug', settings: { 'wasmWorkbench.compiler.embedded': 'always' } },
  { name: 'modules', suite: 'modules', open: 'test/host/workspaces/modules', settings: { 'wasmWorkbench.compiler.embedded': 'always' } },
  { name: 'packaging', suite: 'packaging', open: 'test/host/workspaces/packaging', settings: { 'wasmWorkbench.compiler.embedded': 'always' } },
  { name: 'cancel', suite: 'cancel', open: 'test/host/workspaces/slow', needs: ['clang', 'make'] },
  { name: 'untrusted', suite: 'untrusted', open: 'test/host/workspaces/several', trust: false },
  { name: 'roots', suite: 'roots', open: 'test/host/workspaces/roots/roots.code-workspace' },
  {
    name: 'editor host', suite: 'editorHost', open: 'test/host/workspaces/hosts',
    extensions: [process.env['WASI_CORE_EXTENSION'] ?? 'test/host/fixtures/wasiCore'],
  },
  {
    name: 'containers', suite: 'containers', open: 'test/host/workspaces/containers', engine: true,
    settings: { 'wasmWorkbench.compiler.embedded': 'always' },
  },
  { name: 'images', suite: 'images', open: 'test/host/workspaces/images' },
  { name: 'web', suite: 'web', open: 'test/host/workspaces/hosts', web: true },
  { name: 'no editor host', suite: 'noEditorHost', open: 'test/host/workspaces/hosts' },
  {
    name: 'packaged', suite: 'packaged', open: 'test/host/workspaces/packaged', packaged: true, extensions: ['test/host/stub'],
    settings: { 'wasmWorkbench.compiler.embedded': 'always' },
  },
];
