import type { Diagnostic } from '../build/project';

/**
 * What the compilers said, by project: a build of one project replaces what was said of it, and leaves alone what another's said of the
 * same file.
 */
export class DiagnosticStore {
  private readonly byProject = new Map<string, readonly Diagnostic[]>();

  /** Replaces a project's diagnostics; gives the absolute paths of the files whose list changed by that. */
  replace(project: string, diagnostics: readonly Diagnostic[]): ReadonlySet<string> {
    const before = this.byProject.get(project) ?? [];
    if (diagnostics.length === 0) this.byProject.delete(project);
    else this.byProject.set(project, distinct(diagnostics));
    return new Set([...before, ...diagnostics].map(diagnostic => diagnostic.file));
  }

  /** Forgets the projects that are not named; gives the files whose list changed. */
  keep(projects: ReadonlySet<string>): ReadonlySet<string> {
    const gone = [...this.byProject.keys()].filter(project => !projects.has(project));
    return new Set(gone.flatMap(project => [...this.replace(project, [])]));
  }

  /** All that was said of a file. */
  of(file: string): readonly Diagnostic[] {
    return distinct([...this.byProject.values()].flat().filter(diagnostic => diagnostic.file === file));
  }

  errors(project: string): number {
    return (this.byProject.get(project) ?? []).filter(diagnostic => diagnostic.severity === 'error').length;
  }
}

/** A header that several sources include is complained about once for each. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map(diagnostics.map(diagnostic => {
    const { file, start, severity, message, code } = diagnostic;
    return [JSON.stringify([file, start.line, start.column, severity, message, code]), diagnostic];
  }));
  return [...seen.values()];
}
