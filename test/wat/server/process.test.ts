import { test } from 'node:test';
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

// The server as desktop has it: built for a browser, in a process with a channel.

interface Message { readonly id?: number; readonly method?: string; readonly params?: { readonly diagnostics?: readonly { readonly code?: string }[] } }

async function started(): Promise<ChildProcess> {
  const child = fork(resolve(__dirname, '../../../src/wat/server/main.js'), { execArgv: ['--conditions=browser'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
  const [answer] = await once(child, 'message') as [Message];
  assert.equal(answer.id, 1);
  return child;
}

void test('the server answers over the channel of its process, and ends with it', async () => {
  const child = await started();
  child.send({ jsonrpc: '2.0', method: 'textDocument/didOpen', params: { textDocument: { uri: 'file:///a.wat', languageId: 'wat', version: 1, text: '(module (func (i32.ad)))' } } });
  const [told] = await once(child, 'message') as [Message];
  assert.equal(told.method, 'textDocument/publishDiagnostics');
  assert.ok(told.params?.diagnostics?.some(one => one.code === 'unknown-instruction'), JSON.stringify(told));
  const ended = once(child, 'exit');
  child.disconnect();
  assert.deepEqual(await ended, [0, null]);
});

void test('the server ends when its client says so', async () => {
  const child = await started();
  const ended = once(child, 'exit');
  child.send({ jsonrpc: '2.0', id: 2, method: 'shutdown' });
  await once(child, 'message');
  child.send({ jsonrpc: '2.0', method: 'exit' });
  assert.deepEqual(await ended, [0, null]);
});
