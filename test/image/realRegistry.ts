import type { TestContext } from 'node:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';

/** Starts Debian's docker-registry on a free loopback port; gives HOST:PORT. `auth` is YAML below the key of that name. */
export async function startRegistry(t: TestContext, program: string, folder: string, auth = ''): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'config.yml');
  writeFileSync(config, `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${JSON.stringify(join(folder, 'data'))}\nhttp:\n  addr: 127.0.0.1:0\nlog:\n  level: info\n${auth === '' ? '' : `auth:\n${auth}`}`);
  const child = spawn(program, ['serve', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      const match = /listening on (127\.0\.0\.1:\d+)/.exec(text);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', () => { reject(new Error(`docker-registry ended: ${text}`)); });
  });
}

/** A relay to a server that breaks connections: `mayPass` is told the bytes that a connection has sent so far and which one it is. */
export async function breakingRelay(t: TestContext, to: string, mayPass: (bytes: number, connection: number) => boolean): Promise<string> {
  const [host = '', port = ''] = to.split(':');
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const connection = count++;
    const upstream = connect(Number(port), host);
    let bytes = 0;
    const end = (): void => { client.destroy(); upstream.destroy(); };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => { sockets.delete(socket); end(); });
    }
    client.on('data', chunk => {
      bytes += chunk.length;
      if (mayPass(bytes, connection)) upstream.write(chunk);
      else end();
    });
    upstream.on('data', chunk => client.write(chunk));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
