import type { Runtime } from '../request';
import { docker } from './docker';
import { editor } from './editor';
import { embedded } from './embedded';
import { node } from './node';
import { wasmedge } from './wasmedge';
import { wasmtime } from './wasmtime';

/** Every host, in the order in which `auto` asks them. The settings' enum and the documentation are held to this table by a test. */
export const runtimes: readonly Runtime[] = [embedded, wasmtime, wasmedge, node, editor, docker];
