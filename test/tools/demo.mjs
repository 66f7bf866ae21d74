// `npm run demo`: the main job without an editor. Makes samples, builds them, the C one with the embedded compiler (fetched once), and
// runs them; `-- --all` adds those whose toolchain is on this machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnv, run, which } from './processes.mjs';
import { main, ready } from './ready.mjs';

const poem = (name, module = name) => ['run', '--yes', '--dir', `${name}::/`, module, '--', '-n', '3', 'data/jabberwocky.txt'];
const samples = [
  // By the embedded compiler whatever clang this machine has; the others take what there is, and the embedded one where there is none.
  {
    template: 'c', tools: [], verbs: name => [
      ['cc', '-O2', `-I${name}/include`, `${name}/src/main.c`, `${name}/src/words.c`, '-o', `${name}/words.wasm`],
      poem(name, `${name}/words.wasm`),
    ],
  },
  { template: 'wat', tools: [], verbs: name => [['run', '--stdin', `${name}/data/jabberwocky.txt`, name, '--', 'Alice']] },
  { template: 'c-make', tools: ['make'] },
  { template: 'cpp-cmake', tools: ['cmake'] },
  { template: 'rust', tools: ['cargo'], slow: true },
  { template: 'go', tools: ['go'], slow: true },
];

await main(async () => {
  const started = performance.now();
  const say = line => console.log(line);
  await ready(say);
  const { stage } = await import('./editor/stage.mjs');
  say('Bundling the command line ...');
  const staged = await stage({ production: true });
  const folder = mkdtempSync(join(tmpdir(), 'wasm-workbench-demo-'));
  const cli = join(staged.extension, 'dist', 'cli.js');
  const env = cleanEnv({ WASM_WORKBENCH_EMBEDDED: 'always' });
  const told = async args => {
    say(`$ wasm-workbench ${args.join(' ')}`);
    await run(process.execPath, [cli, ...args], { cwd: folder, env });
  };
  try {
    const results = [];
    for (const { template, tools, slow, verbs } of samples) {
      if (slow && !process.argv.includes('--all')) continue;
      const lacking = tools.filter(tool => which(tool) === undefined);
      if (lacking.length > 0) {
        results.push(`  skipped  ${template}: ${lacking.join(', ')} is not on this machine`);
        continue;
      }
      const name = `${template}-sample`;
      const from = performance.now();
      try {
        say(`\n$ wasm-workbench new ${template} ${name}`);
        await run(process.execPath, [cli, 'new', template, name], { cwd: folder, env, quiet: true });
        for (const words of verbs?.(name) ?? [poem(name)]) await told(words);
        results.push(`  done     ${template}: built and ran in ${((performance.now() - from) / 1000).toFixed(1)} s`);
      } catch (error) {
        results.push(`  FAILED   ${template}: ${error.message}`);
        process.exitCode = 1;
      }
    }
    say(`\n${results.join('\n')}\n${((performance.now() - started) / 1000).toFixed(1)} s in all.`);
  } finally {
    staged.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
