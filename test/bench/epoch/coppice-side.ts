import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EthAddress } from '@aztec/foundation/eth-address';
import { ProvingOrchestrator } from '@aztec/prover-client/orchestrator';

import { EpochStoppedError } from '../../../shared/proof-requests/errors.ts';
import { FleetCircuitProver } from '../../../containers/node/fleet-circuit-prover.ts';
import { ProofRequests } from '../../../shared/proof-requests/proof-requests.ts';
import type { Subsystems } from '../../../containers/node/subsystems.ts';
import { engineOptionsOf } from '../../../shared/engine/engine-options.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { startAgentPool } from '../agent-pool.ts';
import { coppiceSettings } from './coppice-settings.ts';
import type { EpochSide } from './epoch-side.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

/** `PROVER_ENQUEUE_CONCURRENCY`'s default, on both sides. */
const ENQUEUE_CONCURRENCY = 50;

export interface CoppiceSide extends EpochSide {
  close(): Promise<void>;
}

/** Our fleet, on the embedded engine: this process is the node, and proves as `attemptEpoch` does. */
export async function openCoppiceSide(
  { worldState }: Subsystems,
  options: { readonly agentCount: number; readonly proverId: EthAddress },
): Promise<CoppiceSide> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-bench-epoch-'));
  const settings = coppiceSettings(dataDirectory, 'node');
  const engine = await openEngine(engineOptionsOf(settings));
  const agents = await startAgentPool<'fleet'>(new URL('coppice-agent.ts', import.meta.url), options.agentCount, [
    dataDirectory,
  ]);
  const log = createLogger('node', { logLevel: 'error' });
  return {
    name: 'Coppice, embedded engine',
    async run(data, prove, numbers) {
      await agents.start('fleet', numbers);
      const requests = new ProofRequests({
        engine,
        epochId: epochId(data.epoch),
        rangeId: data.rangeId,
        networkVersion: installedNetworkVersion(),
        reconcileMs: settings.reconcileSeconds * 1000,
        log,
      });
      const prover = new FleetCircuitProver({ requests, incidents: engine.incidents, log });
      const orchestrator = new ProvingOrchestrator(worldState, prover, options.proverId, false, ENQUEUE_CONCURRENCY);
      requests.start();
      try {
        return await prove(orchestrator);
      } finally {
        requests.stop(new EpochStoppedError('shutdown'));
        await orchestrator.stop();
        await agents.stop();
      }
    },
    async close() {
      await agents.close();
      await engine.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
