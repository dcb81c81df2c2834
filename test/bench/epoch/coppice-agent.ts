import { z } from 'zod';

import { runAgent } from '../../../containers/agent/run-agent.ts';
import { toAgentOptions } from '../../../containers/cli/start/to-agent-options.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { engineOptionsOf } from '../../../shared/engine/engine-options.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { followOrders } from '../follow-orders.ts';
import { coppiceSettings } from './coppice-settings.ts';

/**
 * Our agent, with the defaults of `coppice start --prover-agent`. Between two orders its claims wait at a gate, so that it
 * stays warm and uses no CPU. Arguments: its number, and the fleet's data directory.
 */
const [number, dataDirectory] = process.argv.slice(2);
const agentId = AgentId.parse(`agent-${String(number)}`);
const settings = coppiceSettings(String(dataDirectory), agentId);
const role = { settings, engineOptions: engineOptionsOf(settings) };
const options = toAgentOptions(role, installedNetworkVersion(), agentId);
const engine = await openEngine(options.engineOptions);

let gate = Promise.withResolvers<AbortSignal>();
const queue: Engine['queue'] = {
  async claim(pools, { waitSeconds, signal }) {
    const closing = await Promise.race([gate.promise, aborted(signal)]);
    if (closing === undefined) return undefined;
    return await engine.queue.claim(pools, {
      waitSeconds,
      signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
    });
  },
  enqueue: (messages, pool) => engine.queue.enqueue(messages, pool),
  extend: (lease) => engine.queue.extend(lease),
  complete: (lease) => engine.queue.complete(lease),
  release: (lease, delaySeconds) => engine.queue.release(lease, delaySeconds),
  park: (lease, reason) => engine.queue.park(lease, reason),
  deadLetters: () => engine.queue.deadLetters(),
  redrive: () => engine.queue.redrive(),
  depths: (pools) => engine.queue.depths(pools),
};

followOrders(z.literal('fleet'), async (_source, signal) => {
  gate.resolve(signal);
  await aborted(signal);
  gate = Promise.withResolvers<AbortSignal>();
});

await runAgent(options, {
  engine: { ...engine, queue },
  log: createLogger('agent', { logLevel: 'error' }),
  signal: new AbortController().signal,
  nowMs: Date.now,
});

async function aborted(signal: AbortSignal | undefined): Promise<undefined> {
  await new Promise((resolve) => {
    if (signal?.aborted === true) resolve(undefined);
    signal?.addEventListener('abort', resolve, { once: true });
  });
}
