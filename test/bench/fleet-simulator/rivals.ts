import type { Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { EpochPlan } from './epoch-plan.ts';
import { agentsForPeak } from './lower-bound.ts';
import { type PerPool, perPool } from './pools.ts';
import { POOL_OF_CIRCUIT } from './simulated-circuits.ts';
import { awsTargetTracking } from './rules/aws-target-tracking.ts';
import { aztecKeda } from './rules/aztec-keda.ts';
import { boundlessLogDepth } from './rules/boundless-log-depth.ts';
import { fixedFleet } from './rules/fixed-fleet.ts';
import type { ScalingRule } from './rules/scaling-rule.ts';
import { zksyncQueueOverSpeed } from './rules/zksync-queue-over-speed.ts';

/** A rule as published, with each setting that its operator could have chosen for this traffic. */
export interface Rival {
  readonly settings: readonly { readonly label: string; readonly rule: (capacity: Capacity) => ScalingRule }[];
}

/** Time to spare in the largest epoch, by which fleets and ceilings are sized. */
const SPARE_SHARES = [0.1, 0.25, 0.4, 0.6, 0.85];
/** A stream's largest epoch may be proven while its neighbours, which are smaller, leave agents to it. */
const STREAM_SPARE_SHARES = [-1, -0.5, -0.2, ...SPARE_SHARES];
/** `speed` of ZKsync's published example, for its slowest stages and most others; and 1, which suits proofs of minutes best. */
const ZKSYNC_SPEEDS = [1, 4, 10];
/** What a message may wait: of AWS's formula, acceptable latency over the mean time of a message. */
const AWS_LATENCY_SECONDS = [120, 300, 600];

export function rivalsFor(plans: readonly EpochPlan[]): readonly Rival[] {
  const shares = plans[0]?.networkVersion === '4.1.2' ? SPARE_SHARES : STREAM_SPARE_SHARES;
  const fleets = shares.map((share) => ({
    label: `${Math.round(100 * share)} % spare`,
    agents: agentsForPeak(plans, share),
  }));
  const meanSeconds = meanSecondsOf(plans);
  return [
    { settings: fleets.map(({ label, agents }) => ({ label, rule: (capacity) => fixedFleet(capacity, agents) })) },
    { settings: fleets.map(({ label, agents }) => ({ label, rule: (capacity) => aztecKeda(capacity, agents) })) },
    {
      settings: ZKSYNC_SPEEDS.flatMap((speed) =>
        [fleets.at(-4)!, fleets.at(-1)!].map(({ label, agents }) => ({
          label: `speed ${speed}, ${label}`,
          rule: (capacity: Capacity) => zksyncQueueOverSpeed(capacity, speed, agents),
        })),
      ),
    },
    { settings: [{ label: '', rule: boundlessLogDepth }] },
    {
      settings: AWS_LATENCY_SECONDS.flatMap((seconds) =>
        [fleets.at(-4)!, fleets.at(-1)!].map(({ label, agents }) => ({
          label: `${seconds} s, ${label}`,
          rule: (capacity: Capacity) =>
            awsTargetTracking(
              capacity,
              perPool((pool) => seconds / meanSeconds[pool]),
              agents,
            ),
        })),
      ),
    },
  ];
}

function meanSecondsOf(plans: readonly EpochPlan[]): PerPool<number> {
  return perPool((pool) => {
    let [seconds, jobs] = [0, 0];
    for (const { circuits, durationSeconds } of plans) {
      for (let job = 0; job < circuits.length; job += 1) {
        if (POOL_OF_CIRCUIT[circuits[job]!] !== pool) continue;
        seconds += durationSeconds[job]!;
        jobs += 1;
      }
    }
    return seconds / Math.max(1, jobs);
  });
}
