import type { Handlers } from './commands';
import { convertToWasm, showInfo } from './info';
import { compareModules, convertToWat, openModule, strip } from './moduleTools';
import { newProject } from './newProject';

/** Commands on modules and samples. */
export const handlers: Handlers<'modules'> = { newProject, showInfo, convertToWasm, openModule, convertToWat, strip, compareModules };
