/** One of these shows the calls inside a transaction, in which Aztec's node finds checkpoints that were proposed indirectly. */
const TRACES = [
  { method: 'trace_transaction', more: [] },
  { method: 'debug_traceTransaction', more: [{ tracer: 'callTracer' }] },
] as const;

/** The methods, for messages. */
export const TRACE_METHODS: readonly string[] = TRACES.map(({ method }) => method);

/** @returns the method that traces the transaction; `undefined` when the node serves none */
export async function findTraceMethod(
  request: (method: string, parameters: readonly unknown[]) => Promise<unknown>,
  transaction: string,
): Promise<string | undefined> {
  for (const { method, more } of TRACES) {
    const isServed = await request(method, [transaction, ...more]).then(
      () => true,
      () => false,
    );
    if (isServed) return method;
  }
  return undefined;
}
