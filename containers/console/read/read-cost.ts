import { totalDollars } from '../../../shared/cost/epoch-cost.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { findEpoch } from '../../fleet-view/find-epoch.ts';
import { readEpochCost } from '../../fleet-view/read-epoch-cost.ts';
import type { EpochCost } from '../api/epoch-cost.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { jobsAgeMs } from './read-ages.ts';

/**
 * What an epoch cost, part by part.
 * @param wanted `undefined` for the newest one
 * @throws {EpochUnknownError}
 */
export async function readCost(
  { engine, ages, etherDollars, agentDollarsPerHour, nowMs }: ConsoleDeps,
  wanted: EpochId | undefined,
): Promise<EpochCost> {
  const atMs = nowMs();
  const { epoch } = await findEpoch(engine.epochs, wanted);
  const ownMachines = engine.disks === undefined ? undefined : { dollarsPerAgentHour: agentDollarsPerHour };
  const parts = await readEpochCost(engine, epoch, { dollarsPerEther: etherDollars, ownMachines });
  const { length } = await engine.jobs.jobsOfEpoch(epoch.id);
  return {
    atMs,
    goodForMs: Math.max(ages.pageMs, jobsAgeMs(ages, length)),
    epochId: epoch.id,
    dollars: totalDollars(parts),
    parts: [...parts],
  };
}
