import fs from 'node:fs';

/** Enough for the last lines of a log; lines with stacks are long. */
const TAIL_BYTES = 64 * 1024;

/** The last `count` non-empty lines of a text file; none when the file does not exist. */
export function readLastLines(file: string, count: number): readonly string[] {
  const handle = openIfThere(file);
  if (handle === undefined) return [];
  try {
    const { size } = fs.fstatSync(handle);
    const start = Math.max(0, size - TAIL_BYTES);
    const tail = Buffer.alloc(size - start);
    const bytes = fs.readSync(handle, tail, 0, tail.length, start);
    const lines = tail.toString('utf8', 0, bytes).split('\n');
    // The first may be the end of a longer one.
    if (start > 0) lines.shift();
    return lines.filter((line) => line.trim() !== '').slice(-count);
  } finally {
    fs.closeSync(handle);
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return fs.openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
