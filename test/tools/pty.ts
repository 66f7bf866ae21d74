import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { need } from './needs';

const python = need('python3');

/** Why no terminal can be had here, or false. */
export const noPty: string | false = process.platform === 'win32' ? 'there is no pty module for Python on Windows' : python.skip;

/** Runs a program in a terminal of its own; lines on its standard input are orders: `send HEX`, `size ROWS COLUMNS`. Ends as the program ended. */
const script = `
import fcntl, os, pty, select, signal, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.close(3)
    os.execvp(sys.argv[1], sys.argv[1:])
os.write(3, str(pid).encode())
os.close(3)
def size(rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
size(24, 80)
orders, waiting = [0], b''
while True:
    ready = select.select([fd] + orders, [], [])[0]
    if fd in ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            data = b''
        if not data:
            break
        os.write(1, data)
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            orders = []
            os.kill(pid, signal.SIGHUP)
        waiting += data
        while b'\\n' in waiting:
            line, waiting = waiting.split(b'\\n', 1)
            words = line.decode().split(' ')
            if words[0] == 'send':
                os.write(fd, bytes.fromhex(words[1]))
            else:
                size(int(words[1]), int(words[2]))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
`;

/** A program in a terminal. */
export class Pty {
  /** All that it has printed. */
  text = '';
  /** Its process, not the terminal's. */
  pid: number | undefined;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly watchers = new Set<() => void>();

  constructor(command: readonly string[], options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv }) {
    this.child = spawn(python.path, ['-c', script, ...command], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'], ...options });
    (this.child.stdio[3] as Readable).on('data', (chunk: Buffer) => { this.pid = Number(this.pid === undefined ? chunk.toString() : `${String(this.pid)}${chunk.toString()}`); });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
      for (const look of this.watchers) look();
    });
    this.ended = new Promise(resolve => {
      this.child.once('close', code => {
        resolve(code);
        for (const look of this.watchers) look();
      });
    });
  }

  type(keys: string): void {
    this.child.stdin?.write(`send ${Buffer.from(keys).toString('hex')}\n`);
  }

  resize(rows: number, columns: number): void {
    this.child.stdin?.write(`size ${String(rows)} ${String(columns)}\n`);
  }

  /** Resolves when what it has printed matches; rejects when it ends before, or after half a minute. */
  async shows(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => { finish(() => { reject(new Error(`${why} before ${String(pattern)}: ${JSON.stringify(this.text)}`)); }); };
      const timer = setTimeout(() => { fail('half a minute was over'); }, 30_000);
      const finish = (how: () => void): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
        how();
      };
      const look = (): void => {
        if (pattern.test(this.text)) finish(resolve);
        else if (this.child.exitCode !== null) fail('it ended');
      };
      this.watchers.add(look);
      look();
    });
  }

  /** Takes the terminal away, as a closed window does. */
  close(): void {
    this.child.stdin?.end();
  }
}
