import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createProject, fileToOpen, nameObjection, nameOfFolder, templateOf, templates, templatesFolder } from '../../src/build/templates';
import { temporaryFolder } from '../../src/base/temporary';
import { isUserError } from '../../src/base/error';

async function scratch(t: TestContext): Promise<{ readonly path: string }> {
  const folder = await temporaryFolder('templates');
  t.after(() => folder.dispose());
  return folder;
}

for (const template of templates()) {
  void test(`the ${template.id} sample becomes a project of its name`, async t => {
    const { path } = await scratch(t);
    const folder = join(path, 'It is "mine" ü');
    const files = await createProject({ template, folder, name: 'my-app' });
    const names = files.map(file => relative(folder, file).replaceAll('\\', '/'));
    for (const expected of ['README.md', '.gitignore', '.vscode/tasks.json', '.vscode/launch.json', 'data/jabberwocky.txt']) {
      assert.ok(names.includes(expected), `${template.id} has ${expected}`);
    }
    assert.ok(files.includes(fileToOpen({ template, folder, name: 'my-app' })), 'the file to open is one of them');
    for (const file of files) {
      const text = await readFile(file, 'utf8');
      assert.ok(!text.includes('{{') && !file.includes('{{'), `${file}: the name is put in everywhere`);
      assert.ok(text.endsWith('\n'));
      if (file.endsWith('.json')) assert.doesNotThrow(() => { JSON.parse(text); }, file);
    }
    assert.match(await readFile(join(folder, 'README.md'), 'utf8'), /^# my-app\n/);
  });
}

void test('every folder of media/templates is used by a sample', () => {
  const used = new Set(templates().flatMap(template => template.layers));
  assert.deepEqual([...used].sort(), readdirSync(templatesFolder()).sort());
});

void test('a folder that holds a file of the sample is left as it was', async t => {
  const { path } = await scratch(t);
  await mkdir(join(path, 'src'));
  await writeFile(join(path, 'src', 'main.c'), 'mine');
  await assert.rejects(createProject({ template: templateOf('c'), folder: path, name: 'app' }), error => isUserError(error) && error.code === 'bad-path' && /main\.c/.test(error.message));
  assert.deepEqual(await readdir(path), ['src']);
  assert.equal(await readFile(join(path, 'src', 'main.c'), 'utf8'), 'mine');
});

void test('a name that some build tool would refuse is refused first', () => {
  for (const name of ['', '1st', 'a b', 'a/b', '../x', 'ü', 'test', 'Build', 'x'.repeat(65)]) assert.notEqual(nameObjection(name), undefined, name);
  for (const name of ['a', 'my-app', 'App_2']) assert.equal(nameObjection(name), undefined, name);
  assert.throws(() => templateOf('cobol'), error => isUserError(error) && /assemblyscript/.test(error.message));
});

void test("a project's name is made of its folder's", () => {
  assert.equal(nameOfFolder('/x/My App 2'), 'my-app-2');
  assert.equal(nameOfFolder('/x/2 Käse'), 'ka-se');
  assert.equal(nameOfFolder('/x/日本'), 'hello');
  assert.equal(nameOfFolder('/'), 'hello');
  assert.equal(nameOfFolder('/x/test'), 'test-app');
  assert.equal(nameOfFolder('/x/go'), 'go-app');
});
