// Bundles src/ into dist/: one file for each entry and for each relative `import()`, which stays a call at run time, so that nothing heavy is
// read before it is used, and parts that several of them share. `--production` minifies, `--watch` rebuilds.
import * as esbuild from 'esbuild';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { dirname, resolve, relative, basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));

/** Node entries: what the editor, a shell or one of our own child processes starts. */
const nodeEntries = ['src/extension.ts', 'src/cli.ts', 'src/run/child.ts', 'src/run/hosting/thread.ts', 'src/debug/child.ts', 'src/wasi/node/sockets/worker.ts', 'src/build/compiler/server.ts', 'src/build/compiler/worker.ts', 'src/image/explore/worker.ts'];

/**
 * What a browser loads: the extension's entry there, and scripts by themselves: the workers that it runs programs and the language server in, and the page of a module.
 * The language server and its client are large, and the same ones on desktop, whose process runs the one and whose `import()` means the other.
 */
const pageEntries = [['src/extension.web.ts', 'cjs'], ['src/editor/web/worker.ts', 'iife'], ['src/editor/module/page/main.ts', 'iife'], ['src/wat/server/main.ts', 'iife'], ['src/editor/watClient.ts', 'cjs', 'shared']];
const pageFiles = new Set(pageEntries.map(([entry]) => resolve(root, entry)));

/** dist/NAME.js of a source file: its path below src with dashes, so that every bundle lies in one folder. */
export function bundleName(source) {
  const name = relative(resolve(root, 'src'), source).replace(/\.ts$/, '').split(/[\\/]/).join('-');
  return basename(name);
}

/**
 * What the command line reads to run a program, and the editor to activate: each is one file without parts, since every further file costs a
 * third of a millisecond. Their copies of what others have in common are what that costs in size.
 */
const whole = new Set(['src/extension.ts', 'src/cli.ts', 'src/cli/main.ts', 'src/cli/run.ts', 'src/cli/compiler.ts', 'src/run/hosting/embedded.ts', 'src/run/child.ts'].map(file => resolve(root, file)));

/** @vscode/l10n is one file for all bundles: it holds state. In a browser it is that of whoever loads the bundle (src/editor/web/bundles.ts). */
const oneL10n = {
  name: 'one-l10n',
  setup(build) {
    build.onResolve({ filter: /^@vscode\/l10n$/ }, () => ({ path: './l10n.js', external: true }));
  },
};

/** The source file that a relative import names. */
function sourceOf({ resolveDir, path }) {
  const base = resolve(resolveDir, path.replace(/\.js$/, ''));
  return [base + '.ts', resolve(base, 'index.ts')].find(existsSync);
}

/** Leaves the relative `import()`s that `isApart` is true for calls at run time, of bundles that are made apart. */
function apart(isApart) {
  return {
    name: 'apart',
    setup(build) {
      build.onResolve({ filter: /^\./ }, args => {
        if (args.kind !== 'dynamic-import') return undefined;
        const file = sourceOf(args);
        if (file === undefined) return { errors: [{ text: `cannot resolve import('${args.path}')` }] };
        return isApart(file) ? { path: './' + bundleName(file) + '.js', external: true } : undefined;
      });
    },
  };
}

/** fs/promises costs 2 to 5 ms when it is first required; @vscode/l10n requires it at the top, but uses it only where messages are translated. */
const lazyPromises = {
  name: 'lazy-promises',
  setup(build) {
    build.onResolve({ filter: /^(node:)?fs\/promises$/ }, () => ({ path: 'fs/promises', namespace: 'lazy' }));
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({ contents: "exports.readFile = (...args) => require('fs').promises.readFile(...args);" }));
  },
};

/**
 * What dockerode requires for BuildKit sessions, its own ssh and building from a folder, none of which we use, and copies of Node's own streams:
 * without them its bundle is an eighth.
 */
const leanDockerode = {
  name: 'lean-dockerode',
  setup(build) {
    build.onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|@balena\/dockerignore)$/ }, ({ path }) => ({ path, namespace: 'sessions' }));
    build.onLoad({ filter: /.*/, namespace: 'sessions' }, () => ({ contents: 'module.exports = {};' }));
    build.onResolve({ filter: /^readable-stream$/ }, () => ({ path: 'stream', external: true }));
  },
};

/** A browser has no Node: what a shared file imports of it, for functions that are not used there, is empty. */
const withoutNode = {
  name: 'without-node',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'none' }));
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The language client matches globs for servers that ask for changes of files or for notebooks, which ours does not. */
const withoutGlobs = {
  name: 'without-globs',
  setup(build) {
    build.onResolve({ filter: /^minimatch$/ }, ({ path }) => ({ path, namespace: 'globs' }));
    build.onLoad({ filter: /.*/, namespace: 'globs' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Builds the bundles of {@link pageEntries}. */
async function buildPage(outdir, production) {
  for (const [entry, format, side] of pageEntries) {
    await esbuild.build({
      absWorkingDir: root, entryPoints: [entry], outfile: resolve(outdir, bundleName(resolve(root, entry)) + '.js'), bundle: true, platform: 'browser', target: 'es2022', format,
      external: ['vscode'], minify: production, sourcemap: production ? false : 'linked', legalComments: 'none', logLevel: 'warning', plugins: side === 'shared' ? [withoutNode, oneL10n, withoutGlobs] : [withoutNode],
    });
  }
}

/** The README as the packager takes it: without relative links and pictures, which it refuses while the manifest names no repository. */
function writePackagedReadme() {
  const text = readFileSync(resolve(root, 'README.md'), 'utf8');
  writeFileSync(resolve(root, 'dist', 'README.md'), text.replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, '').replace(/\[([^\]]*)\]\((?!https:|#)[^)]*\)/g, '$1'));
}

/** What all Node bundles have in common. */
function nodeOptions(production) {
  return {
    absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', external: ['vscode'], loader: { '.node': 'empty' }, minify: production,
    sourcemap: production ? false : 'inline', legalComments: 'none', logLevel: 'warning', define: { 'process.env.WASM_WORKBENCH_BUNDLED': '"1"' },
  };
}

/** Builds each of {@link whole} as one file; returns the files that their relative `import()`s name. */
async function buildWhole(outdir, production) {
  const named = new Set();
  await Promise.all([...whole].map(async file => {
    await esbuild.build({
      ...nodeOptions(production), entryPoints: [file], outfile: resolve(outdir, bundleName(file) + '.js'), format: 'cjs', supported: { 'dynamic-import': false },
      plugins: [oneL10n, apart(found => { named.add(found); return true; }), leanDockerode],
    });
  }));
  return named;
}

/** Builds all others, with what several of them use in parts of its own. Parts are made of ES modules alone, so that these become CommonJS afterwards. */
async function buildSplit(entries, outdir, production) {
  const { outputFiles } = await esbuild.build({
    ...nodeOptions(production), entryPoints: entries.map(file => ({ in: file, out: bundleName(file) })), outdir, format: 'esm', splitting: true, write: false, chunkNames: 'part-[hash]',
    plugins: [oneL10n, apart(found => whole.has(found) || pageFiles.has(found)), leanDockerode],
  });
  await Promise.all(outputFiles.map(async ({ path, text }) => {
    const { code } = await esbuild.transform(text, {
      format: 'cjs', platform: 'node', target: 'node20', minify: production, sourcemap: production ? false : 'inline', sourcefile: basename(path), supported: { 'dynamic-import': false },
    });
    writeFileSync(path, code);
  }));
  return outputFiles.length;
}

/** Builds everything that is in the package's dist/; returns how many files for Node. */
export async function buildAll({ production = false, outdir = resolve(root, 'dist') } = {}) {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const named = await buildWhole(outdir, production);
  const entries = new Set([...nodeEntries.map(entry => resolve(root, entry)).filter(existsSync), ...named]);
  const count = await buildSplit([...entries].filter(file => !whole.has(file)), outdir, production);
  await esbuild.build({
    absWorkingDir: root, entryPoints: ['node_modules/@vscode/l10n/dist/main.js'], outfile: resolve(outdir, 'l10n.js'),
    bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: production, logLevel: 'warning', plugins: [lazyPromises],
  });
  await buildPage(outdir, production);
  const cli = resolve(outdir, 'cli.js');
  if (existsSync(cli)) {
    chmodSync(cli, 0o755);
  }
  return count + whole.size;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const production = process.argv.includes('--production');
  const started = performance.now();
  const count = await buildAll({ production });
  writeFileSync(resolve(root, 'dist', '.built'), '');
  if (production) writePackagedReadme();
  console.error(`built ${count} files in ${Math.round(performance.now() - started)} ms`);
  if (process.argv.includes('--watch')) {
    const { watch } = await import('node:fs');
    let timer;
    watch(resolve(root, 'src'), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        buildAll({ production }).then(all => console.error(`rebuilt ${all} files`), error => console.error(String(error)));
      }, 100);
    });
  }
}
