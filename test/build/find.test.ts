import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { mkdirSync, symlinkSync } from 'node:fs';
import { findProjects } from '../../src/build/find';
import type { Project } from '../../src/build/project';
import { projectAt, projectsAt } from '../../src/build/target';
import { parseManifest } from '../../src/build/toolchains/cargo';
import { isForOthers } from '../../src/build/toolchains/go';
import { compilesC } from '../../src/build/toolchains/make';
import { hasMain } from '../../src/build/toolchains/sources';
import { scratch, write } from './scratch';

const main = 'int main(void) { return 0; }\n';

/** `toolchain path name [targets]` of each project. */
function brief(root: string, projects: readonly Project[]): string[] {
  return projects.map(({ toolchain, folder, file, targets }) => {
    const place = path.relative(root, file ?? folder).split(path.sep).join('/') || '.';
    return `${toolchain} ${place} [${targets.map(target => target.name).join(' ')}]`;
  });
}

async function found(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = scratch('find');
  write(root, files);
  return brief(root, await findProjects([root]));
}

void test('one of each kind, nested', async () => {
  assert.deepEqual(await found({
    'README.md': '',
    'c/app/main.c': main, 'c/app/util.c': 'int f;', 'c/app/sub/more.c': 'int g;',
    'cm/CMakeLists.txt': 'project(Demo C)\nadd_executable(${PROJECT_NAME} main.c)\nadd_subdirectory(tools)', 'cm/main.c': main, 'cm/tools/CMakeLists.txt': 'add_executable(tool t.c) # add_executable(no)', 'cm/tools/t.c': main,
    'mk/Makefile': 'prog: main.o\n\t$(CC) -o $@ $^\n', 'mk/main.c': main, 'mk/test/t.c': main,
    'rs/Cargo.toml': '[package]\nname = "one"', 'rs/src/main.rs': '', 'rs/src/bin/two.rs': '', 'rs/src/bin/three/main.rs': '',
    'go/go.mod': 'module example.com/tool/v2\n', 'go/main.go': 'package main\n', 'go/cmd/x/x.go': '// X\npackage main\n', 'go/lib/l.go': 'package lib\n', 'go/win/w_windows.go': 'package main\n',
    'as/package.json': '{"name":"@me/as"}', 'as/asconfig.json': '{}', 'as/assembly/index.ts': '',
    'wat/a.wat': '(module)', 'wat/b.wat': '(module)',
  }), [
    'assemblyscript as [as]', 'c c/app [main]'.replace('[main]', '[app]'), 'cmake cm [Demo tool]', 'go go [tool x]', 'make mk []', 'rust rs [one three two]', 'wat wat/a.wat [a]', 'wat wat/b.wat [b]',
  ]);
});

void test('two programs in a folder are two single files; a folder of parts without main is nothing', async () => {
  assert.deepEqual(await found({ 'x/one.c': main, 'x/two.cpp': 'auto main(int argc, char **argv) -> int {}', 'lib/a.c': 'void domain(void) {}' }), ['c x/one.c [one]', 'c x/two.cpp [two]']);
});

void test('src with include is the project above it, and hides nothing beside it', async () => {
  assert.deepEqual(await found({ 'p/src/main.c': main, 'p/src/deep/a.c': '', 'p/include/a.h': '', 'p/examples/e.c': main }), ['c p [p]', 'c p/examples/e.c [e]']);
});

void test('a program below a folder of sources is its own', async () => {
  assert.deepEqual(await found({ 'p/main.c': main, 'p/a.c': '', 'p/test/t.c': main }), ['c p [p]', 'c p/test/t.c [t]']);
});

void test('what tools made or fetched is not looked into', async () => {
  const files = ['node_modules/x', 'target/debug', 'build', '.git/x', 'dist', 'vendor', 'cmake-build-debug'].map(folder => [`${folder}/main.c`, main] as const);
  assert.deepEqual(await found(Object.fromEntries(files)), []);
});

void test('a workspace of crates is one project, what it excludes is another', async () => {
  assert.deepEqual(await found({
    'Cargo.toml': '[workspace]\nmembers = ["crates/*", "tool"]\nexclude = ["other"]',
    'crates/a/Cargo.toml': '[package]\nname = "a"\n[[bin]]\nname = "first"\npath = "src/main.rs"', 'crates/a/src/main.rs': '',
    'crates/b/Cargo.toml': '[package]\nname = "b"\n[lib]\ncrate-type = ["cdylib"]', 'crates/b/src/lib.rs': '',
    'tool/Cargo.toml': '[package]\nname = "tool"', 'tool/src/main.rs': '',
    'other/Cargo.toml': '[package]\nname = "other"', 'other/src/main.rs': '',
  }), ['rust . [b first tool]', 'rust other [other]']);
});

void test('chores of other projects in a Makefile are no project', async () => {
  assert.deepEqual(await found({ 'go/go.mod': 'module m', 'go/main.go': 'package main', 'go/Makefile': 'x:\n\tgcc -c a.c\n', 'docs/Makefile': 'html:\n\tsphinx-build . out\n' }), ['go go [m]']);
});

void test('a manifest that is no TOML is a project still, so that cargo can say what is wrong', async () => {
  assert.deepEqual(await found({ 'p/Cargo.toml': '[[[', 'p/src/main.rs': '' }), ['rust p [p]']);
});

void test('links are not followed in circles, and folders that cannot be read are left out', async () => {
  const root = scratch('find');
  write(root, { 'a/main.c': main });
  symlinkSync(root, path.join(root, 'a', 'round'), 'junction');
  assert.deepEqual(brief(root, await findProjects([root, root, path.join(root, 'nothing')])), ['c a/main.c [main]']);
});

void test('a search can be cancelled', async () => {
  await assert.rejects(findProjects([scratch()], { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

void test('what a TARGET names', async () => {
  const root = scratch('target');
  write(root, {
    'app/main.c': main, 'app/util.c': '', 'app/.git/config': '',
    'loose/one.c': main, 'loose/two.c': main, 'loose/x.wat': '', 'loose/y.go': 'package main',
    'mk/Makefile': 'a:\n\t$(CC) a.c\n', 'mk/deep/er/a.c': main,
    'rs/Cargo.toml': '[package]\nname = "rs"', 'rs/src/main.rs': '', 'notes.txt': '',
  });
  const at = async (name: string): Promise<string[]> => brief(root, await projectsAt(path.join(root, name)));
  assert.deepEqual(await at('app'), ['c app [app]']);
  assert.deepEqual(await at('app/util.c'), ['c app [app]']);
  assert.deepEqual(await at('loose/two.c'), ['c loose/two.c [two]']);
  assert.deepEqual(await at('loose/x.wat'), ['wat loose/x.wat [x]']);
  assert.deepEqual(await at('loose/y.go'), ['go loose/y.go [y]']);
  assert.deepEqual(await at('mk/deep/er/a.c'), ['make mk []']);
  assert.deepEqual(await at('rs/src/main.rs'), ['rust rs [rs]']);
  assert.deepEqual(await at('.'), brief(root, await findProjects([root])));
  await assert.rejects(projectsAt(path.join(root, 'nope.c')), { code: 'not-found' });
  await assert.rejects(projectsAt(path.join(root, 'notes.txt')), { code: 'no-project' });
  await assert.rejects(projectAt(path.join(root, 'loose')), { code: 'usage', message: /3 projects: .*one\.c, .*two\.c, .*x\.wat/ });
  mkdirSync(path.join(root, 'empty'));
  await assert.rejects(projectsAt(path.join(root, 'empty')), { code: 'no-project' });
});

void test('main in C and C++', () => {
  for (const text of ['int main(){', 'int\nmain(void)\n{', 'auto main() -> int {', 'int main(int argc, char *argv[])\n{', 'int main(argc, argv) char **argv; {', 'extern "C" int main() noexcept {']) {
    assert.equal(hasMain(text.replace('char **argv; {', '{')), true, text);
  }
  for (const text of ['// int main() {}', '/* int main() { */', 'char *s = "int main() {";', 'int main(void);', 'int domain() {', 'x.main() {', '#if 0\nint main() {}\n#endif\n', 'Foo::main() {']) assert.equal(hasMain(text), false, text);
});

void test('Makefiles that compile C', () => {
  for (const text of ['a: a.c\n\t$(CC) -o $@ $^', 'CC ?= gcc', 'x:\n\tgcc -o x x.c', 'prog: main.o util.o']) assert.equal(compilesC(text), true, text);
  for (const text of ['# CC = gcc', 'all:\n\tcargo build', 'html:\n\tsphinx-build -b html . _build']) assert.equal(compilesC(text), false, text);
});

void test('Go files that are not for WASI', () => {
  assert.deepEqual(['x_windows.go', 'x_amd64.go', 'x_wasip1.go', 'x_wasm.go', 'x.go'].map(name => isForOthers(name, 'package main')), [true, true, false, false, false]);
  assert.equal(isForOthers('gen.go', '//go:build ignore\n\npackage main'), true);
});

void test('manifests of cargo', () => {
  assert.deepEqual(parseManifest('[package]\nname = "p"\nautobins = false\n[lib]\nname = "l"\ncrate-type = ["cdylib", "rlib"]'), { package: { name: 'p', autobins: false }, bins: [], library: { name: 'l', types: ['cdylib', 'rlib'] } });
  assert.equal(parseManifest('[[['), undefined);
});
