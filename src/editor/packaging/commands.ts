import type { Handlers } from '../commands';
import { generateCompose, generateDockerfile } from './generate';
import { packageImage } from './packageImage';
import { runImage } from './runImage';
import { pull, push } from './transfer';

/** Commands that make images, run them, and carry them to and from registries. */
export const handlers: Handlers<'packaging'> = { packageImage, generateDockerfile, generateCompose, runImage, pull, push };
