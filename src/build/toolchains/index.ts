import type { Toolchain } from '../project';
import { assemblyScript } from './assemblyscript';
import { c } from './c';
import { cmake } from './cmake';
import { go } from './go';
import { make } from './make';
import { rust } from './rust';
import { wat } from './wat';

/**
 * Every way to build, in the order that they are asked about a folder: within a family (C and its kin) the first that sees its marker
 * has the folder. Adding a language is one file here and one line in this table.
 */
export const toolchains: readonly Toolchain[] = [rust, go, cmake, make, c, assemblyScript, wat];

/** The toolchain of a project. Throws when it isn't in the table, which only a foreign value can bring about. */
export function toolchainOf(id: string): Toolchain {
  const toolchain = toolchains.find(one => one.id === id);
  if (toolchain === undefined) throw new Error(`unknown toolchain ${id}`);
  return toolchain;
}
