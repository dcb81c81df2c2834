import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ProofRequests } from '../../../shared/proof-requests/proof-requests.ts';
import { fleetEngineOptions, startAgent } from '../../../containers/local-fleet/fleet.ts';
import { canaryVersion } from '../../../shared/canary/circuit-artifact.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import { RangeId } from '../../../shared/ledger/job-ledger.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { BacklogMeter, type BacklogResult } from './backlog.ts';
import { epochId } from '../../fixtures/epoch-id.ts';
import { TRIALS } from '../../../shared/proving-job/epoch-id.ts';

export interface CoppiceMachine {
  readonly crsPath: string;
  /** Of each agent. */
  readonly threads: number;
  /** @default 1 */
  readonly agents?: number;
}

/**
 * Has our agents, started as an operator starts them, prove the leaves from the embedded engine's queue; the share of `bb` is
 * that of the first agent.
 */
export async function proveByCoppice(
  inputs: readonly Uint8Array[],
  { crsPath, threads, agents: count = 1 }: CoppiceMachine,
): Promise<BacklogResult> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-bench-agent-'));
  const fleet = {
    dataDirectory,
    variables: {
      COPPICE_AGENT_FAMILIES: 'canary',
      COPPICE_CRS: 'development',
      CRS_PATH: crsPath,
      HARDWARE_CONCURRENCY: String(threads),
    },
  };
  const engine = await openEngine(fleetEngineOptions(fleet));
  const agents = Array.from({ length: count }, (_, index) => startAgent(fleet, `agent-${index + 1}`));
  const requests = new ProofRequests({
    engine,
    epochId: epochId(1, TRIALS),
    rangeId: RangeId.parse('bench'),
    networkVersion: canaryVersion('development'),
    reconcileMs: 5_000,
    log: createLogger('bench', { logLevel: 'error' }),
  });
  const meter = new BacklogMeter(agents[0]?.pid ?? 0, inputs.length);
  const result = Promise.withResolvers<BacklogResult>();
  requests.start();
  try {
    for (const leaf of inputs) {
      void requests
        .prove({ circuit: 'CANARY_LEAF', inputs: () => leaf, children: [], parse: (bytes) => bytes })
        .then(() => {
          const done = meter.onSettled();
          if (done !== undefined) result.resolve(done);
        })
        .catch(result.reject);
    }
    for (const agent of agents) void agent.ended.then(result.reject);
    return await result.promise;
  } finally {
    requests.stop(new Error('the bench is over'));
    await Promise.all(agents.map((agent) => agent.stop(10)));
    await engine.close();
    await rm(dataDirectory, { recursive: true });
  }
}
