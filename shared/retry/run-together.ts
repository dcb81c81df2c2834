/**
 * Runs the parts until `signal` aborts. A part that fails stops the others, and nothing returns before all have ended: what
 * they work on must not be stopped under them.
 * @param parts each runs until its signal aborts
 * @throws what the first part threw that failed
 */
export async function runTogether(
  parts: readonly ((signal: AbortSignal) => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const failures: unknown[] = [];
  await Promise.all(
    parts.map(async (run) => {
      try {
        await run(either);
      } catch (error) {
        failures.push(error);
        failed.abort(error);
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}
