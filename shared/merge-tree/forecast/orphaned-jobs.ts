import { type CircuitName, isRoot, levelOf, levelsOf } from '../../proving-job/circuit-catalogue.ts';
import type { CircuitStanding, CircuitStandings } from '../progress/circuit-standings.ts';

/** An epoch's jobs, without those that nobody waits for any more. */
export interface WantedJobs {
  readonly standings: CircuitStandings;
  readonly orphans: number;
}

/** The levels that a node asks for once all below them is proven. */
const TOP_LEVELS = levelsOf('aztec').slice(levelsOf('aztec').indexOf('checkpoint roots'));

/**
 * Leaves out the jobs that a prune has left behind. A node that is told to (`PROVER_CANCEL_JOBS_ON_STOP`) cancels them, and
 * the ledger's tally has none of those; others leave them in the queue, under ids that nothing tells from the rest. What does
 * tell them is the root: a node asks for it when all that it needs is proven, so jobs that are then still open below the top
 * tree are of checkpoints that the chain no longer has. A root that comes while the epoch lasts, or beside open jobs of the top
 * tree, is that of a part of the epoch, and says nothing.
 */
export function leaveOutOrphans(standings: CircuitStandings, elapsedShare: number): WantedJobs {
  const top = [...standings].filter(([circuit]) => TOP_LEVELS.includes(levelOf(circuit)));
  const isRootAsked = top.some(([circuit, standing]) => isRoot(circuit) && openJobs(standing) + standing.proven > 0);
  const isTopOpen = top.some(([circuit, standing]) => !isRoot(circuit) && openJobs(standing) > 0);
  if (elapsedShare < 1 || !isRootAsked || isTopOpen) return { standings, orphans: 0 };
  const below = [...standings].filter(([circuit]) => !isRoot(circuit));
  return {
    standings: new Map([...standings].map(([circuit, standing]) => [circuit, withoutWaiting(circuit, standing)])),
    orphans: below.reduce((sum, [, standing]) => sum + waitingJobs(standing), 0),
  };
}

/** An agent that proves one has it until the end: it is busy. */
function withoutWaiting(circuit: CircuitName, standing: CircuitStanding): CircuitStanding {
  if (isRoot(circuit)) return standing;
  const moved = new Map([...(standing.moved ?? [])].map(([pool, open]) => [pool, { ...open, waiting: 0 }]));
  return { ...standing, waiting: 0, moved };
}

function waitingJobs({ waiting, moved }: CircuitStanding): number {
  return [...(moved?.values() ?? [])].reduce((sum, open) => sum + open.waiting, waiting);
}

function openJobs(standing: CircuitStanding): number {
  const open = [standing, ...(standing.moved?.values() ?? [])];
  return open.reduce((sum, each) => sum + each.waiting + each.runningForSeconds.length, 0);
}
