// Bundles src/ into dist/: one file for each entry, and one for each relative `import()`, which stays a call at run time, so that
// nothing heavy is read before it is used. `--production` minifies, `--watch` rebuilds.
import * as esbuild from 'esbuild';
import { existsSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { dirname, resolve, relative, basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));

/** Node entries: what the editor, a shell or one of our own child processes starts. */
const nodeEntries = ['src/extension.ts', 'src/cli.ts', 'src/run/child.ts', 'src/run/hosting/thread.ts', 'src/debug/child.ts', 'src/wasi/node/sockets/worker.ts', 'src/build/compiler/server.ts', 'src/build/compiler/worker.ts', 'src/image/explore/worker.ts', 'src/wat/server/main.ts'];

/** What a browser loads: the extension's entry there, and scripts by themselves: the workers that it runs programs and the language server in, and the page of a module. */
const pageEntries = [['src/extension.web.ts', 'cjs'], ['src/editor/web/worker.ts', 'iife'], ['src/editor/module/page/main.ts', 'iife'], ['src/wat/server/browser.ts', 'iife']];

/** dist/NAME.js of a source file: its path below src with dashes, so that every bundle lies in one folder. */
export function bundleName(source) {
  const name = relative(resolve(root, 'src'), source).replace(/\.ts$/, '').split(/[\\/]/).join('-');
  return basename(name);
}

/**
 * What many bundles use: a bundle of its own, which they require, instead of a copy in each, so that the package stays small. Each costs a
 * third of a millisecond where it is read, so that only what is large or copied often is here. A class that is told by `instanceof` must be
 * either in none of them or reached through one of them alone, which then has its file here too (decode, cursor, tarfields).
 */
const shared = new Set([
  'build/index.ts', 'wasm/read.ts', 'wasm/decode.ts', 'wasm/instructions.ts', 'base/exec.ts', 'base/tar.ts', 'base/tarfields.ts', 'base/tarwrite.ts', 'base/temporary.ts', 'engine/troubles.ts', 'engine/endpoint.ts', 'engine/engine.ts',
  'image/oci.ts', 'image/read.ts', 'image/reference.ts', 'image/open.ts', 'image/pack.ts', 'image/registry/credentials.ts', 'dwarf/unit.ts',
  'wat/lexer.ts', 'wat/header.ts', 'wat/fields.ts', 'wat/link.ts', 'wat/body.ts', 'wat/check.ts', 'wat/validate.ts', 'wat/encode.ts', 'wat/cursor.ts', 'wat/literals.ts', 'wat/types.ts', 'wat/print.ts', 'wat/assemble.ts', 'editor/launch.ts', 'editor/buildTask.ts', 'editor/actions.ts', 'dwarf/program.ts', 'dwarf/cursor.ts', 'dwarf/data.ts', 'engine/container.ts', 'image/stores/files.ts', 'image/entries.ts', 'image/tree.ts',
].map(file => resolve(root, 'src', file)));

/** Turns each relative `import()` into a bundle of its own, and @vscode/l10n into one file that all bundles share (it holds state). */
function splitting(found) {
  return {
    name: 'splitting',
    setup(build) {
      build.onResolve({ filter: /^\./ }, args => {
        if (args.kind !== 'dynamic-import' && args.kind !== 'import-statement') return undefined;
        const base = resolve(args.resolveDir, args.path.replace(/\.js$/, ''));
        const file = [base + '.ts', resolve(base, 'index.ts')].find(existsSync);
        if (args.kind === 'import-statement' && (file === undefined || !shared.has(file))) return undefined;
        if (file === undefined) return { errors: [{ text: `cannot resolve import('${args.path}')` }] };
        found.add(file);
        return { path: './' + bundleName(file) + '.js', external: true, sideEffects: false };
      });
      build.onResolve({ filter: /^@vscode\/l10n$/ }, () => ({ path: './l10n.js', external: true }));
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

/** What dockerode requires for BuildKit sessions and its own ssh alone, neither of which we use: without it its bundle is a sixth. */
const withoutSessions = {
  name: 'without-sessions',
  setup(build) {
    build.onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)$/ }, ({ path }) => ({ path, namespace: 'sessions' }));
    build.onLoad({ filter: /.*/, namespace: 'sessions' }, () => ({ contents: 'module.exports = {};' }));
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

/** Builds the bundles of {@link pageEntries}. */
async function buildPage(outdir, production) {
  for (const [entry, format] of pageEntries) {
    await esbuild.build({
      absWorkingDir: root, entryPoints: [entry], outfile: resolve(outdir, bundleName(resolve(root, entry)) + '.js'), bundle: true, platform: 'browser', target: 'es2022', format,
      external: ['vscode'], minify: production, sourcemap: production ? false : 'linked', legalComments: 'none', logLevel: 'warning', plugins: [withoutNode],
    });
  }
}

/** The README as the packager takes it: without relative links and pictures, which it refuses while the manifest names no repository. */
function writePackagedReadme() {
  const text = readFileSync(resolve(root, 'README.md'), 'utf8');
  writeFileSync(resolve(root, 'dist', 'README.md'), text.replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, '').replace(/\[([^\]]*)\]\((?!https:|#)[^)]*\)/g, '$1'));
}

/** Builds every Node bundle; returns esbuild's metafile of each by bundle name. */
export async function buildAll({ production = false, outdir = resolve(root, 'dist') } = {}) {
  rmSync(outdir, { recursive: true, force: true });
  const done = new Map();
  const found = new Set(nodeEntries.map(entry => resolve(root, entry)).filter(existsSync));
  for (;;) {
    const next = [...found].filter(file => !done.has(file));
    if (next.length === 0) break;
    await Promise.all(next.map(async file => {
      done.set(file, undefined);
      const result = await esbuild.build({
        absWorkingDir: root,
        entryPoints: [file],
        outfile: resolve(outdir, bundleName(file) + '.js'),
        bundle: true,
        platform: 'node',
        target: 'node20',
        format: 'cjs',
        supported: { 'dynamic-import': false },
        external: ['vscode'],
        loader: { '.node': 'empty' },
        minify: production,
        keepNames: false,
        sourcemap: production ? false : 'linked',
        metafile: true,
        legalComments: 'none',
        logLevel: 'warning',
        define: { 'process.env.WASM_WORKBENCH_BUNDLED': '"1"' },
        plugins: [splitting(found), withoutSessions],
      });
      done.set(file, result.metafile);
    }));
  }
  await esbuild.build({
    absWorkingDir: root, entryPoints: ['node_modules/@vscode/l10n/dist/main.js'], outfile: resolve(outdir, 'l10n.js'),
    bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: production, logLevel: 'warning', plugins: [lazyPromises],
  });
  await buildPage(outdir, production);
  const cli = resolve(outdir, 'cli.js');
  if (existsSync(cli)) {
    chmodSync(cli, 0o755);
  }
  return new Map([...done].map(([file, meta]) => [bundleName(file), meta]));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const production = process.argv.includes('--production');
  const started = performance.now();
  const bundles = await buildAll({ production });
  writeFileSync(resolve(root, 'dist', '.built'), '');
  if (production) writePackagedReadme();
  console.error(`built ${bundles.size} bundles in ${Math.round(performance.now() - started)} ms`);
  if (process.argv.includes('--watch')) {
    const { watch } = await import('node:fs');
    let timer;
    watch(resolve(root, 'src'), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        buildAll({ production }).then(all => console.error(`rebuilt ${all.size} bundles`), error => console.error(String(error)));
      }, 100);
    });
  }
}
