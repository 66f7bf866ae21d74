import * as l10n from '@vscode/l10n';
import type { Option } from './arguments';
import type { Verb } from './verbs';

/** The verbs about images. */
export function imageVerbs(option: (name: string, text: string, more?: Partial<Option>) => Option): readonly Verb[] {
  const json = option('json', l10n.t('Print the result as JSON'));
  const platform = option('platform', l10n.t('Which platform: os/architecture'), { value: 'PLATFORM' });
  const engine = option('engine', l10n.t('Put it straight into the Docker Engine'));
  return [
    {
      name: 'pack', operands: '[TARGET] [-- ARGS...]', summary: l10n.t('Make an OCI image of a module or project, without Docker'), rest: true,
      about: l10n.t('TARGET is a .wasm or .wat file, a source file or a project folder. The image goes to a tar, which docker load reads, to a folder with an OCI layout, into Docker, or to a registry. The same content gives the same bytes; an image for Docker alone has its layers uncompressed, since Docker unpacks them anyway.'),
      options: [
        option('tag', l10n.t('The name of the image'), { short: 't', value: 'NAME[:TAG]' }),
        option('output', l10n.t('A .tar or .tar.gz file, or a folder'), { short: 'o', value: 'FILE|FOLDER' }),
        engine,
        option('push', l10n.t("Push the image to its name's registry, with your Docker logins")),
        option('add', l10n.t('Put a file or folder into the image'), { value: 'HOST:/GUEST', many: true }),
        option('entrypoint', l10n.t('What starts, word by word or as a JSON list; the module unless told'), { value: 'WORD|JSON', many: true }),
        option('env', l10n.t('Set an environment variable of the image'), { value: 'NAME=VALUE', many: true }),
        option('label', l10n.t('Set a label'), { value: 'KEY=VALUE', many: true }),
        option('expose', l10n.t('Say that the program listens on a port'), { value: 'PORT', many: true }),
        option('base', l10n.t('An image to build upon: a file, a folder or a name in a registry'), { value: 'IMAGE' }),
        option('platform', l10n.t('The platform of the image; wasi/wasm unless told'), { value: 'PLATFORM' }),
        option('uncompressed', l10n.t('Layers as plain tar, whose bytes are the same on every system')),
        option('aot', l10n.t('Have WasmEdge compile the module ahead of time, for the processor of this machine; every other host runs it as before')),
        option('dockerfile', l10n.t('Write the Dockerfile that makes the same image, to standard output or --output, and no image')),
        option('compose', l10n.t('Write the Compose file that builds and runs the image')),
        option('runtime', l10n.t('The runtime that a Compose file names; {0} unless told', 'io.containerd.wasmedge.v1'), { value: 'NAME' }),
        option('profile', l10n.t('How to optimise: debug (the default), release or smallest'), { value: 'NAME', choices: ['debug', 'release', 'smallest'] }),
        option('target', l10n.t('Which module of a project that builds several'), { value: 'NAME' }),
        option('yes', l10n.t('Fetch the embedded compiler without asking, where it is needed and missing'), { short: 'y' }),
        json,
      ],
      examples: ['wasm-workbench pack app.wasm --tag app:1 --output app.tar', 'wasm-workbench pack php-cgi.wasm --add public:/docroot --output php.tar -- /docroot/index.php', 'wasm-workbench pack --base php.tar --add app:/docroot --tag localhost:5000/app:1 --push'],
      load: async () => (await import('./pack')).pack,
    },
    {
      name: 'push', operands: 'FILE|FOLDER|IMAGE [NAME:TAG]', summary: l10n.t('Push an image to a registry, with your Docker logins'),
      about: l10n.t('Where a connection breaks, a push goes on in chunks. What the registry has already is not sent again.'),
      options: [json], examples: ['wasm-workbench push app.tar localhost:5000/app:1'],
      load: async () => (await import('./transfer')).push,
    },
    {
      name: 'pull', operands: 'NAME:TAG', summary: l10n.t('Fetch an image from a registry to a file, a folder or Docker'),
      options: [option('output', l10n.t('A .tar or .tar.gz file, or a folder'), { short: 'o', value: 'FILE|FOLDER' }), engine, json], examples: ['wasm-workbench pull localhost:5000/app:1 --output app.tar'],
      load: async () => (await import('./transfer')).pull,
    },
    {
      name: 'inspect', operands: 'IMAGE|FILE|FOLDER', summary: l10n.t("Say what is in an image: layers, modules, configuration, waste"),
      about: l10n.t('Nothing is pulled or unpacked to disk. With --ci the thresholds of a file .dive-ci in the current folder decide on the exit code.'),
      options: [platform, option('ci', l10n.t('Exit with 1 when the image is beyond its budget')), json], examples: ['wasm-workbench inspect app.tar', 'wasm-workbench inspect --ci --json localhost:5000/app:1'],
      load: async () => (await import('./inspect')).inspect,
    },
    {
      name: 'compare', operands: 'ONE OTHER', summary: l10n.t('Put two images, or two modules, side by side'),
      about: l10n.t('Of images sizes, layers, files and configuration; of modules (.wasm files) sections, imports, exports and functions by name and size.'),
      options: [platform, json], examples: ['wasm-workbench compare php.tar php-wasm.tar', 'wasm-workbench compare old.wasm new.wasm'],
      load: async () => (await import('./compare')).compare,
    },
  ];
}
