import { type CostPart, epochCost, type OwnMachines } from '../../shared/cost/epoch-cost.ts';
import { gasPaid } from '../../shared/cost/gas-paid.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';

/** Three days of decisions, one a minute: the log keeps no more. */
export const KEPT_DECISIONS = 4320;

/** The prices that only the operator knows. */
export interface OwnPrices {
  /** Of gas, if known. */
  readonly dollarsPerEther: number | undefined;
  /** Of a fleet that runs on no machine of AWS's. */
  readonly ownMachines: OwnMachines | undefined;
}

/** Reads what an epoch cost, from all of its jobs. */
export async function readEpochCost(
  engine: Pick<Engine, 'jobs' | 'decisions' | 'outbox'>,
  epoch: EpochRecord,
  { dollarsPerEther, ownMachines }: OwnPrices,
): Promise<readonly CostPart[]> {
  const [jobs, decisions, root] = await Promise.all([
    engine.jobs.jobsOfEpoch(epoch.id),
    engine.decisions.latest('fleet', KEPT_DECISIONS),
    engine.outbox.find(epoch.id),
  ]);
  return epochCost({ epoch, jobs, decisions, gas: gasPaid(root, dollarsPerEther), ownMachines });
}
