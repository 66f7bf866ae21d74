import * as path from 'node:path';
import { gccParser } from '../diagnostics/gcc';
import { profileFolder } from '../folders';
import { profiles, type Project, type Toolchain } from '../project';

/** Files of one folder that are listed; a test suite's thousands can be opened one by one. */
const listed = 50;

/** A file of WebAssembly's text format, by our own assembler. */
export const wat: Toolchain = {
  id: 'wat',
  title: 'WebAssembly text',
  family: 'wat',
  extensions: ['.wat'],
  install: [],
  marker(entries) {
    for (const file of entries.files) if (file.endsWith('.wat')) return file;
    return undefined;
  },
  detect(entries) {
    const files = [...entries.files].filter(file => file.endsWith('.wat')).sort();
    return Promise.resolve({ projects: files.length > listed ? [] : files.map(file => single(path.join(entries.folder, file))) });
  },
  single,
  plan(project, options, context) {
    const file = project.file ?? path.join(project.folder, project.marker);
    const module = moduleOf(project, options.profile);
    const args = ['convert', path.basename(file), '-o', path.relative(project.folder, module), ...options.args ?? []];
    return Promise.resolve({
      steps: [{ command: context.self(args, project.folder), inputs: [file], outputs: [module], stage: 0, subject: file }],
      modules: () => [{ target: project.targets[0]?.name ?? project.name, path: module }],
      diagnostics: (step, report) => gccParser({ cwd: project.folder, subject: step.subject, source: 'wat' }, report),
    });
  },
  clean: project => Promise.resolve({ remove: profiles.map(profile => moduleOf(project, profile)), commands: [] }),
  tools: () => Promise.resolve([]),
};

function moduleOf(project: Project, profile: (typeof profiles)[number]): string {
  return path.join(profileFolder(project.folder, profile), `${project.targets[0]?.name ?? project.name}.wasm`);
}

function single(file: string): Project {
  return { toolchain: 'wat', folder: path.dirname(file), name: path.basename(file), file, marker: path.basename(file), targets: [{ name: path.parse(file).name }] };
}
