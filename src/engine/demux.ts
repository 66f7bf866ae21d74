/**
 * Takes apart what an engine sends of a container without a terminal: frames of a kind (1 output, 2 errors), three zero bytes, a length and that many
 * bytes, which come in chunks of any size.
 */
export class Demux {
  private header = Buffer.alloc(0);
  private kind = 0;
  private left = 0;
  private readonly stdout: (chunk: Uint8Array) => void;
  private readonly stderr: (chunk: Uint8Array) => void;

  constructor(stdout: (chunk: Uint8Array) => void, stderr: (chunk: Uint8Array) => void) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.left > 0) {
        const part = chunk.subarray(at, at + this.left);
        (this.kind === 2 ? this.stderr : this.stdout)(part);
        this.left -= part.length;
        at += part.length;
        continue;
      }
      const part = chunk.subarray(at, at + 8 - this.header.length);
      this.header = Buffer.concat([this.header, part]);
      at += part.length;
      if (this.header.length < 8) return;
      this.kind = this.header.readUInt8(0);
      this.left = this.header.readUInt32BE(4);
      this.header = Buffer.alloc(0);
    }
  }
}
