import type { Handlers } from '../commands';
import { compareImages, exportImage, forgetImage, removeImage, tag } from './imageCommands';
import { compareWithImage, compareWithLayerBelow, copyDigest, copyPath, extract, open, runEntry, showDockerfileLine } from './entryCommands';
import { openImage } from './opening';
import { clearFilter, filterEntries, refreshImages, searchImage, showConfig, showManifest, showMore, showWaste, sortEntries, toggleLayerMode } from './viewCommands';

/** Commands of the Images view. */
export const handlers: Handlers<'images'> = {
  openImage, refreshImages, filterEntries, clearFilter, sortEntries, toggleLayerMode, searchImage, showMore, compareImages, tag, exportImage, removeImage, forgetImage,
  showManifest, showConfig, showWaste, open, runEntry, compareWithLayerBelow, compareWithImage, extract, copyPath, copyDigest, showDockerfileLine,
};
