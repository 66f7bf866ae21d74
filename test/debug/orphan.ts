import { Editor } from './dap';

// A debugger that is killed while its program runs: tells the program's process, and waits.

async function main(): Promise<void> {
  const editor = new Editor('c14-O0', { args: ['loop'] });
  await editor.start();
  const { systemProcessId } = await editor.event<{ systemProcessId: number }>('process');
  console.log(systemProcessId);
  setInterval(() => {}, 1000);
}

void main();
