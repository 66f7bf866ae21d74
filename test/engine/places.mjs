// Where the engine's parts lie: a Debian root and the shim in the user's cache folder, keyed by what they are made of; the running engine in a
// folder of its own.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
export const suite = 'trixie';

/** What debootstrap puts into the root, and what apt adds afterwards (debootstrap can't resolve libwasmedge0's virtual dependency). */
export const basePackages = [
  'ca-certificates', 'docker.io', 'docker-cli', 'docker-buildx', 'docker-registry', 'containerd', 'runc', 'crun', 'iptables', 'iproute2', 'procps', 'tini',
];
export const laterPackages = ['libwasmedge0', 'wasmedge'];
/** What the shim is built with, in a layer that is thrown away; Debian's own Rust of the release is too old for it, its backport is not. */
export const buildPackages = ['libwasmedge-dev', 'clang', 'libclang-dev', 'libseccomp-dev', 'libssl-dev', 'protobuf-compiler', 'pkg-config', 'build-essential'];
export const rustPackages = ['rustc', 'cargo'];

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wasm-workbench');
const key = (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
const text = name => readFileSync(join(here, name), 'utf8');

export const root = join(cache, `engine-root-${key(suite, process.arch, basePackages, laterPackages, text('root.sh'))}`);
export const shim = join(cache, `engine-shim-${key(suite, process.arch, buildPackages, rustPackages, text('shim/Cargo.toml'), text('shim/Cargo.lock'), text('shim/src/main.rs'))}`);
export const shimName = 'containerd-shim-wasmedge-v1';

/** The running engine: its socket, its data, what it said, and who keeps it. Short, since a socket's path may have 107 characters. */
export const run = join(tmpdir(), `wasm-workbench-engine-${String(process.getuid?.() ?? 0)}`);
export const socket = join(run, 'socket', 'docker.sock');
export const state = join(run, 'state.json');
export const bridge = 'wasmwb0';
export const subnet = '172.31.77.1/24';
