import { test } from 'node:test';
import { withEditor } from './dap';
import { lineOf } from './fixtures';

void test('look', { timeout: 20000 }, async () => {
  for (const [module, source, text] of [['c14-O0', 'shapes.c', 'int found = area'], ['c22-O0', 'shapes.c', 'int found = area'], ['c14-O2', 'shapes.c', 'int found = area'],
    ['cpp14', 'library.cpp', 'int sum = total'], ['cpp22', 'library.cpp', 'int sum = total'], ['rust-debug', 'values.rs', 'let sum = total'], ['rust-O', 'values.rs', 'let sum = total']] as const) {
    await withEditor(module, {}, async editor => {
      console.log(module, await editor.start(source, [lineOf(source, text)]));
      console.log(await editor.stopped());
      console.log((await editor.stack()).map(frame => `${frame.name}:${frame.line} ${frame.source?.name} ${frame.presentationHint}`));
      console.log(await editor.values());
      console.log('in', await editor.step('stepIn'), 'next', await editor.step('next'), 'out', await editor.step('stepOut'));
      await editor.get('continue', { threadId: 1 });
      console.log('end', await editor.end(), editor.output());
    });
  }
});
