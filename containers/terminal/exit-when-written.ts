const STREAMS = [process.stdout, process.stderr];

/**
 * Lets a reader such as `head` stop early: what it does not want is dropped, and the command ends as it would have, with
 * its own exit code. A retry that is half done must not end because nobody reads its report, and `pipefail` must not take
 * a reader that has enough for a failure.
 */
export function ignoreClosedPipes(): void {
  for (const stream of STREAMS) stream.on('error', ignoreClosedPipe);
}

/** Ends the process after its last write: writes to a pipe are only queued when they return. */
export async function exitWhenWritten(code: number): Promise<never> {
  await Promise.all(STREAMS.map(async (stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
  process.exit(code);
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
