export * as files from './files';
export { registerTextFeatures } from './languages';
export { openFunction, showModule } from './viewer';
export { opened } from './opened';
