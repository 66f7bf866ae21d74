import { test } from 'node:test';
import { lineOf } from './fixtures';
import { Transcript } from './transcript';

// Whole sessions over modules of several compilers, held to golden/*.txt; UPDATE_GOLDEN=1 writes them anew. Read their difference then.

const limit = { timeout: 120_000 };

for (const name of ['c14-O0', 'c14-O2', 'c14-dwarf2', 'c14-dwarf5', 'c22-O0', 'c22-O2', 'c22-dwarf5-O0', 'c22-dwarf5-O2']) {
  void test(`C: ${name}`, limit, async () => {
    const line = (text: string): number => lineOf('shapes.c', text);
    const session = new Transcript(name);
    try {
      await session.start('shapes.c', [line('int found = area'), { line: line('total += values[i]'), condition: 'i == 2' }, { line: line('return 1;') }, line('int width') - 2]);
      await session.scope('Locals', 1);
      await session.evaluate('values[i] + total', 'counter', '&values[1]', 'ratio * 2');
      await session.go('continue');
      await session.scope('Locals', 3);
      await session.evaluate('box.corners[2].x + numbers[4] * 2', 'current->next->name', '*current', 'sizeof(box)', 'box.color == BLUE', '(float)total / 4', 'table[299]', 'numbers, 3', 'box.flags, h', 'nowhere', 'current->');
      for (const command of ['stepIn', 'next', 'next', 'stepIn', 'stepOut', 'stepOut', 'next'] as const) await session.go(command);
      await session.go('continue');
      await session.scope('Locals', 1);
      await session.scope('Locals', 1, 1);
      await session.scope('Globals', 1);
      await session.finish();
    } finally {
      await session.check(name);
    }
  });
}

for (const name of ['types14', 'types22']) {
  void test(`C types: ${name}`, limit, async () => {
    const line = (text: string): number => lineOf('types.c', text);
    const session = new Transcript(name);
    try {
      await session.start('types.c', [line('int result = visit'), line('if (depth > 1000)')]);
      await session.scope('Locals', 3);
      await session.scope('Globals', 2);
      await session.evaluate('matrix[1][2]', '(*row)[0]', '**handle', 'packet.kind', 'packet.stamp + packet.delta', 'packet.allowed == (READ | EXECUTE)', '(int)third', 'huge + 1', 'huge > 0',
        'list->next->next->next->value', '(struct packet *)anything', '((struct packet *)anything)->body', 'growing->items[2]', '*wild', 'infinite / 0', '1 / 0', 'letter + 1', 'flags >> 8 & 0xf', '!yes', '~fixed', 'yes ? matrix[0] : matrix[1]', '&packet.body[1]', 'row - 1', '&matrix[1] - &matrix[0]');
      await session.go('continue');
      await session.scope('Locals', 1);
      await session.evaluate('depth', 'visits');
      await session.go('stepOut');
      await session.finish();
    } finally {
      await session.check(name);
    }
  });
}

for (const [name, source, last] of [['cpp14', 'library.cpp', 'int sum = total'], ['cpp22', 'library.cpp', 'int sum = total'], ['more14', 'more.cpp', 'int most = largest'], ['more22', 'more.cpp', 'int most = largest']] as const) {
  void test(`C++: ${name}`, limit, async () => {
    const session = new Transcript(name);
    try {
      await session.start(source, [lineOf(source, last)]);
      await session.scope('Locals', 3);
      if (source === 'more.cpp') {
        await session.evaluate('many[2999]', 'deque[5]', 'squares[7]', 'std::get<0>(triple)', 'shared->count', 'weak', 'both.name == "named"', 'Scoped::Left', 'static_cast<int>(scoped)', 'pairs[1].second', 'nested[1][0]', '*animal', '((Bird *)pointer)->wings', 'reference.sum', 'Both::limit');
        await session.go('stepIn');
        await session.go('next');
        await session.scope('Locals', 1);
        await session.go('stepOut');
      }
      await session.finish();
    } finally {
      await session.check(name);
    }
  });
}

for (const [name, source, last] of [['more-rust', 'more.rs', 'unsafe { COUNTER'], ['rust-debug', 'values.rs', 'let boxed = Box'], ['rust-O', 'values.rs', 'let boxed = Box']] as const) {
  void test(`Rust: ${name}`, limit, async () => {
    const session = new Transcript(name);
    try {
      await session.start(source, [lineOf(source, last)]);
      await session.scope('Locals', name === 'rust-O' ? 1 : 3);
      if (source === 'more.rs') {
        await session.evaluate('many[2999]', 'wrapped.0', 'words[1]', 'map["one"]', 'tree', '*rc', 'COUNTER + 1', 'array[1][0]', 'float as i32', 'negative < 0', 'Signed::Plus', 'maybe == "maybe"', '&wide');
        await session.editor.get('setFunctionBreakpoints', { breakpoints: [{ name: 'inner::depth' }, { name: 'speak' }] });
        await session.go('continue');
        await session.go('next');
        await session.scope('Locals', 2);
        await session.go('stepOut');
      }
      await session.editor.dispose();
    } finally {
      await session.check(name);
    }
  });
}
