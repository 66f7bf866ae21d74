import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createGunzip } from 'node:zlib';
import { unpackTar } from '../../../src/base/unpack';
import { createCompilerService } from '../../../src/build/compiler/service';
import { installedCompiler, keep, root, runModule, scratch } from './support';

// A quarter of a million lines that somebody else wrote: SQLite's amalgamation, which the npm package better-sqlite3 ships.

const source = 'better-sqlite3@12.4.1';

/** The folder with sqlite3.c, fetched once into the user's cache; undefined where that fails. */
async function amalgamation(): Promise<string | undefined> {
  const cache = process.env['WASM_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wasm-workbench');
  const folder = join(cache, source);
  if (existsSync(join(folder, 'sqlite3.c'))) return folder;
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, 'partial-'));
  try {
    if (spawnSync('npm', ['pack', source, `--pack-destination=${partial}`], { cwd: partial, stdio: 'ignore' }).status !== 0) return undefined;
    const packed = readdirSync(partial).find(name => name.endsWith('.tgz')) ?? '';
    const prefix = 'package/deps/sqlite3/';
    await unpackTar(createReadStream(join(partial, packed)).pipe(createGunzip()), partial, { place: name => (name.startsWith(prefix) ? name.slice(prefix.length) : undefined) });
    rmSync(join(partial, packed));
    renameSync(partial, folder);
    return folder;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

void test("SQLite's amalgamation builds by make and runs", { skip: process.platform === 'win32' ? 'needs make' : false }, async t => {
  if (installedCompiler(t) === undefined) return;
  const sqlite = spawnSync('make', ['--version']).status === 0 ? await amalgamation() : undefined;
  if (sqlite === undefined) {
    assert.notEqual(process.env['CI'], 'true', 'make or the source of SQLite is missing');
    t.skip('make, or the source of SQLite from npm, is missing');
    return;
  }
  const folder = scratch(t, 'sqlite');
  writeFileSync(join(folder, 'cc.js'), `
    const { compilerMain } = require(${JSON.stringify(join(root, 'src/build/compiler/main.js'))});
    compilerMain('cc', process.argv.slice(2), { cwd: process.cwd(), env: process.env, stdin: process.stdin, stdout: c => process.stdout.write(c), stderr: c => process.stderr.write(c) })
      .then(code => { process.exitCode = code; });`);
  writeFileSync(join(folder, 'Makefile'), `CFLAGS = -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -I${sqlite} -w\nsql.wasm: main.o sqlite3.o\n\t$(CC) $^ -o $@\nsqlite3.o: ${sqlite}/sqlite3.c\n\t$(CC) $(CFLAGS) -c $< -o $@\n`);
  writeFileSync(join(folder, 'main.c'), `#include <sqlite3.h>
#include <stdio.h>
static int row(void *x, int n, char **v, char **names) { (void)x; (void)names; for (int i = 0; i < n; i++) printf("%s%s", i ? "|" : "", v[i] ? v[i] : ""); puts(""); return 0; }
int main(int argc, char **argv) {
  sqlite3 *db; char *error = 0;
  if (argc < 3 || sqlite3_open(argv[1], &db) != SQLITE_OK) return 2;
  for (int i = 2; i < argc; i++) if (sqlite3_exec(db, argv[i], row, 0, &error) != SQLITE_OK) { fprintf(stderr, "%s\\n", error); return 1; }
  return sqlite3_close(db) == SQLITE_OK ? 0 : 3;
}
`);
  const service = createCompilerService({ cli: 'CLI', cwd: root });
  t.after(() => service.dispose());
  const kept = keep();
  assert.deepEqual(await service.exec({ tool: 'make', args: [`CC=${process.execPath} ${join(folder, 'cc.js')}`], cwd: folder }, kept.output), { code: 0 }, kept.stderr());
  const module = join(folder, 'sql.wasm');
  const made = await runModule(module, ['/t.db', 'create table t(a, b); insert into t values(1, 2), (3, 4);', "select sum(a*b), group_concat(a, '+') from t"], folder);
  assert.deepEqual(made, { code: 0, stdout: '14|1+3\n', stderr: '' });
  assert.deepEqual(await runModule(module, ['/t.db', 'select count(*) from t'], folder), { code: 0, stdout: '2\n', stderr: '' });
  assert.deepEqual(await runModule(module, ['/t.db', 'select nope'], folder), { code: 1, stdout: '', stderr: 'no such column: nope\n' });
});
