import type { z } from 'zod';

import type { AgentOrder } from './agent-pool.ts';

/**
 * Runs an agent program: `work` takes jobs from the source until its signal aborts. Reports to the bench when it is ready and
 * after every order; exits when the bench is gone.
 */
export function followOrders<Source>(
  source: z.ZodType<Source>,
  work: (source: Source, signal: AbortSignal) => Promise<void>,
): void {
  let underWay = Promise.resolve();
  let abort = new AbortController();
  process.on('message', (message) => {
    const order = message as AgentOrder<unknown>;
    if (order.order === 'start') {
      abort = new AbortController();
      underWay = work(source.parse(order.source), abort.signal);
      process.send?.('started');
    } else {
      abort.abort();
      void underWay.then(() => process.send?.('stopped'));
    }
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}
