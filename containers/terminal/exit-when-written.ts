const STREAMS = [process.stdout, process.stderr];
/** Nobody reads any more: the reader has ended, or the terminal was closed. */
const CLOSED = ['EPIPE', 'EIO'];

let failure: NodeJS.ErrnoException | undefined;

/**
 * Lets a reader such as `head` stop early: what it does not want is dropped, and the command ends as it would have, with
 * its own exit code. A retry that is half done must not end because nobody reads its report, and `pipefail` must not take
 * a reader that has enough for a failure. Output that a full disk does not take is a failure, and ends nothing early either.
 */
export function ignoreClosedPipes(): void {
  for (const stream of STREAMS) stream.on('error', noteFailure);
}

/**
 * Ends the process after its last write: writes to a pipe are only queued when they return.
 * @param incompleteCode the exit code instead of 0 when the output could not be written
 */
export async function exitWhenWritten(code: number, incompleteCode: number): Promise<never> {
  await Promise.all(STREAMS.map(async (stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
  if (failure === undefined) process.exit(code);
  process.stderr.write(`coppice: the output is not complete: ${failure.message}\n`);
  process.exit(code === 0 ? incompleteCode : code);
}

function noteFailure(error: NodeJS.ErrnoException): void {
  if (!CLOSED.includes(error.code ?? '')) failure ??= error;
}
