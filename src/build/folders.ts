import * as path from 'node:path';
import type { Profile } from './project';

/** Where builds that have no place of their own put what they make, inside the project's folder. */
export const buildFolderName = '.wasm-workbench';

/** The absolute folder of one profile's objects and modules. */
export function profileFolder(folder: string, profile: Profile): string {
  return path.join(folder, buildFolderName, profile);
}
