import type { GrowingEpoch } from '../../shared/agent-fleet/growing-epoch.ts';
import type { EpochLedger } from '../../shared/ledger/epoch-ledger.ts';
import { EPOCHS_IN_NEED } from '../../shared/ledger/epoch-needs.ts';
import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import type { PoolSlots } from '../../shared/merge-tree/progress/work-left.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { ProvenJobs } from '../../shared/merge-tree/progress/proven-jobs.ts';
import { type FleetLoads, type FleetLoadsInput, fleetLoads, mayHaveJobs } from './decide/fleet-loads.ts';
import type { EarlierEpochs } from './earlier-epochs.ts';

export interface ReadLoadsDeps {
  readonly epochs: Pick<EpochLedger, 'latest'>;
  readonly jobs: Pick<JobLedger, 'tally'>;
  readonly proven: ProvenJobs;
  readonly earlier: EarlierEpochs;
  readonly slotsOf: (pool: Pool) => PoolSlots;
  /** As the node last reported it. */
  readonly growing: GrowingEpoch | undefined;
  readonly nowMs: number;
}

/**
 * Reads from the ledger what is left of the open epochs. Not from the queues: their counts lag behind and do not show
 * which leases have ended.
 * @returns the loads with what they are based on, and every epoch that may still matter, newest first
 */
export async function readLoads(
  deps: ReadLoadsDeps,
): Promise<FleetLoads & Pick<FleetLoadsInput, 'latest' | 'live' | 'proven' | 'earlier'>> {
  const { epochs, jobs, growing, slotsOf, nowMs } = deps;
  const latest = await epochs.latest(EPOCHS_IN_NEED);
  const [live, proven, earlier] = await Promise.all([
    Promise.all(
      latest
        .filter((epoch) => mayHaveJobs(epoch, nowMs))
        .map(async (epoch) => ({ epoch, tally: await jobs.tally(epoch.id, epoch.rangeId) })),
    ),
    deps.proven.of(latest, nowMs),
    deps.earlier.of(latest),
  ]);
  return { latest, live, proven, earlier, ...fleetLoads({ latest, live, proven, earlier, growing, slotsOf, nowMs }) };
}
