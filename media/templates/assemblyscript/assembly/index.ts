import { failure, readFile, readInput } from "./input";
import { Words } from "./words";

function usage(): void {
  process.stderr.write("usage: {{name}} [-n COUNT] [FILE]...\nPrints the most frequent words of the files, or of what is typed.\n");
  process.exit(2);
}

let wanted = 10;
let first = 1;
if (process.argv.length > 1 && process.argv[1] == "-n") {
  wanted = process.argv.length > 2 ? <i32>parseInt(process.argv[2]) : 0;
  if (wanted < 1) usage();
  first = 3;
}

const words = new Words();
if (first >= process.argv.length) {
  const text = readInput();
  if (text === null) process.exit(1);
  else words.read(text);
}
for (let i = first; i < process.argv.length; i++) {
  const text = readFile(process.argv[i]);
  if (text === null) {
    process.stderr.write("{{name}}: can't read " + process.argv[i] + ": " + failure + "\n");
    process.exit(1);
  } else {
    words.read(text);
  }
}

const sorted = words.sorted();
for (let i = 0; i < sorted.length && i < wanted; i++) {
  process.stdout.write(sorted[i].count.toString().padStart(6) + "  " + sorted[i].word + "\n");
}
process.stdout.write(words.total.toString().padStart(6) + "  words, " + words.different.toString() + " different\n");
