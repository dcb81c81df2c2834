/**
 * The result of `call`, unless `signal` aborts first. For calls that take no signal: the call itself goes on, and its
 * result is dropped.
 * @throws {Error} with the signal's reason as its cause when it aborts
 */
export async function untilAborted<Result>(call: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new Error(`interrupted: ${String(signal.reason)}`, { cause: signal.reason }));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([call, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
