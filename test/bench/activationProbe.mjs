// Loads DIST/extension.js and activates it; prints the time in ms and the files of ours that were read. `vscode` is a stand-in that
// answers every call with more of itself, so that only our own code is measured.
import Module, { createRequire } from 'node:module';
import { join, sep } from 'node:path';

const require = createRequire(import.meta.url);
const dist = process.argv[2];

function standIn(name) {
  const known = new Map();
  return new Proxy(class {}, {
    get(target, key) {
      if (key === 'prototype') return target.prototype;
      if (key === 'then' || key === 'bundle') return undefined;
      if (key === Symbol.toPrimitive || key === 'toString') return () => name;
      if (key === Symbol.iterator) return function* () {};
      if (/Path$/.test(String(key))) return dist;
      if (!known.has(key)) known.set(key, standIn(String(key)));
      return known.get(key);
    },
    set(_target, key, value) {
      known.set(key, value);
      return true;
    },
    apply: () => standIn('result'),
    construct: (_target, _args, made) => Object.create(made.prototype ?? Object.prototype),
  });
}

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return request === 'vscode' ? request : resolve.call(this, request, ...rest);
};
// Bundles copy the module over its prototype, so that is where the stand-in has to be.
const vscode = Object.create(standIn('vscode'));
require.cache.vscode = Object.assign(new Module('vscode'), { exports: vscode, loaded: true, filename: 'vscode' });

// An EventEmitter, a Uri and the like are made by our code and then used: their instances answer as the stand-in does.
for (const name of ['EventEmitter', 'CancellationTokenSource', 'RelativePattern', 'ThemeIcon', 'MarkdownString']) {
  Object.setPrototypeOf(vscode[name].prototype, standIn(name));
}

const context = new Proxy({ subscriptions: [], extensionPath: join(dist, '..'), asAbsolutePath: path => join(dist, '..', path) }, {
  get: (target, key) => (key in target ? target[key] : vscode[key]),
});
const from = performance.now();
try {
  await require(join(dist, 'extension.js')).activate(context);
} catch (error) {
  console.error(error.stack.split('\n').slice(0, 4).map(line => line.slice(0, 300)).join('\n'));
  process.exit(1);
}
const ms = performance.now() - from;
const loaded = Object.keys(require.cache).filter(file => file.startsWith(dist + sep));
process.stdout.write(JSON.stringify({ ms, loaded }), () => process.exit(0));
