export { MemoryFiles, type MemoryDirectory, type MemoryEntry, type MemoryFile, type MemoryLink } from './files';
export { Collector, Input } from './streams';
