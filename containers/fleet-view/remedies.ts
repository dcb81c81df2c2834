import type { ChainStep } from '../../shared/merge-tree/prediction/blocking-chain.ts';
import { type PredictionInput, usualRootSeconds } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import { isOpenRoot } from '../../shared/ledger/outbox.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { formatDuration } from '../terminal/format-duration.ts';
import type { ExplainedEpoch } from './explained-epoch.ts';

/** Something that would finish the epoch sooner, or at all. */
export interface Remedy {
  readonly kind: 'agents' | 'retry' | 'agent' | 'l1' | 'machines';
  /** What to do, and what it changes. */
  readonly text: string;
}

/** What the prediction was made from, and the place of the epoch in it. */
export interface PredictedFrom {
  readonly input: PredictionInput;
  readonly place: number;
}

/** More agents are worth a line if the root comes this much sooner: a share of the time that is left. */
const LEAST_GAIN = 0.1;
const MOST_MORE_SLOTS = 64;
/** A job that has taken this many times as long as usual may never end. */
const OVERDUE = 3;
const LEAST_OVERDUE_SECONDS = 30;

/** What would help the epoch, the most needed first. Empty when it needs no help, or nothing but patience. */
export function remediesFor(explained: ExplainedEpoch, from: PredictedFrom | undefined): readonly Remedy[] {
  const { prediction, rejected, name, root } = explained;
  return [
    ...(prediction?.lacking ?? []).map((pool): Remedy => ({
      kind: 'agents',
      text: `pool ${pool} has no agents: start one with coppice start --prover-agent --agent-pools ${pool}`,
    })),
    ...(rejected.length === 0
      ? []
      : [
          {
            kind: 'retry' as const,
            text: `remove the cause and give the ${rejected.length} rejected ${jobs(rejected.length)} another attempt: coppice retry ${name}`,
          },
        ]),
    ...(from === undefined || prediction === undefined ? [] : moreAgents(explained, from)),
    ...explained.chain.flatMap(overdueAgent),
    ...(root !== undefined && isOpenRoot(root) && root.reason !== undefined
      ? [{ kind: 'l1' as const, text: root.reason }]
      : []),
  ];
}

/** The smallest number of agents, doubled again and again, that gains enough: by playing the rest of the work through with them. */
function moreAgents({ prediction }: ExplainedEpoch, { input, place }: PredictedFrom): Remedy[] {
  const chain = prediction?.chain ?? [];
  const pool = mostWaitedFor(chain);
  if (pool === undefined || prediction?.lacking.length !== 0) return [];
  const now = usualRootSeconds(input, place);
  for (let slots = 1; slots <= MOST_MORE_SLOTS; slots *= 2) {
    const agents = { ...input.agents, slots: [...input.agents.slots, { pools: [pool], slots, inSeconds: 0 }] };
    const then = usualRootSeconds({ ...input, agents }, place);
    if (now - then < LEAST_GAIN * now) continue;
    const more = `${slots} more ${slots === 1 ? 'agent' : 'agents'} of pool ${pool}`;
    return [
      {
        kind: 'agents',
        text: `${more}: the root in ${formatDuration(then * 1000)} instead of ${formatDuration(now * 1000)}`,
      },
    ];
  }
  return [];
}

function mostWaitedFor(chain: readonly ChainStep[]): Pool | undefined {
  const waits = Pool.options.map((pool) => ({
    pool,
    seconds: chain.reduce((sum, step) => sum + (step.pool === pool ? step.waitsForAgentSeconds : 0), 0),
  }));
  const [longest] = waits.sort((a, b) => b.seconds - a.seconds);
  return longest !== undefined && longest.seconds > 0 ? longest.pool : undefined;
}

function overdueAgent({
  circuit,
  state,
  runningSeconds,
  usualSeconds,
  record,
}: ExplainedEpoch['chain'][number]): Remedy[] {
  const agentId = record?.lease?.agentId;
  const isOverdue = runningSeconds > Math.max(LEAST_OVERDUE_SECONDS, OVERDUE * usualSeconds);
  if (state !== 'running' || agentId === undefined || !isOverdue) return [];
  const times = Math.round(runningSeconds / usualSeconds);
  return [
    {
      kind: 'agent',
      text: `check agent ${agentId}: its ${circuit} takes ${times} times as long as usual; if you stop it, another agent takes the job`,
    },
  ];
}

function jobs(count: number): string {
  return count === 1 ? 'job' : 'jobs';
}
