// Stands for a compiler that takes long, and starts another process of its own.
const { spawn } = require('node:child_process');
const { writeFileSync, renameSync } = require('node:fs');
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
writeFileSync('pids.part', `${process.pid} ${child.pid}`);
renameSync('pids.part', 'pids');
setInterval(() => {}, 1000);
