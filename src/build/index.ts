// The room's API, for the shells:
//
//   makeContext({ cli, signal, paths, embedded, exec?, prepareEmbedded? })   a BuildContext (context.ts)
//   findProjects(roots, { signal })      every project below the roots, nested ones too (find.ts)
//   projectsAt(path), projectAt(path)    what a TARGET names: a folder, a source file, a .wat (target.ts)
//   build(project, options, context, output): Promise<BuildResult>           (build.ts)
//     output.command, output.text, output.diagnostic, output.progress are told as it goes. Throws UserError:
//     `build-failed` (its diagnostics were told), `tool-missing`, `target-missing`, `no-module`, `bad-path`, `usage` (unknown target);
//     rejects with signal.reason when it was cancelled.
//   clean(project, context, output)      removes what builds of it have made
//   chooseModule(result, target?)        the one module to run; `usage` when the user must say which
//   toolchains                           the table; toolchains[i].tools(context) is what doctor prints
//
// Commands of our own (`context.self(['cc', ...])`, `['convert', ...]`) go through context.exec like any other: a shell that holds a warm
// compiler gives an exec that knows them.
export { makeContext, type ContextParts } from './context';
export { build, clean, chooseModule } from './build';
export { findProjects, type FindOptions } from './find';
export { projectAt, projectsAt } from './target';
export { toolchains, toolchainOf } from './toolchains/index';
export type * from './project';
export { profiles } from './project';
