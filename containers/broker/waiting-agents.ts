import type { WireJobFilter } from '../../shared/broker-api/wire-types.ts';
import { type CircuitName, poolsHolding } from '../../shared/proving-job/circuit-catalogue.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { AgentSlot } from './agent-slot.ts';
import { accepts } from './circuit-types.ts';
import type { AnswerShare } from './transport/answer-room.ts';
import type { FailedJobs } from './failed-jobs.ts';
import type { DispatchedJob, JobTakerDeps } from './job-taker.ts';

export interface WaitingAgent {
  readonly slot: AgentSlot;
  readonly filter: WireJobFilter | undefined;
  /** Whether the agent is still at work: the job is kept for it, unless an idle one takes it first. */
  readonly isAhead: boolean;
  /** Of the response that the job goes into; an agent at work has none. */
  readonly answer?: AnswerShare | undefined;
  /** Whether its time is over: it may be while a message is tried for it. */
  isOver: boolean;
  readonly resolve: (job: DispatchedJob | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** What agents take together. */
export interface Wanted {
  readonly pools: readonly Pool[];
  readonly except: readonly CircuitName[];
}

/** The agents that wait for a job, in the order in which they are served. */
export class WaitingAgents {
  readonly #deps: Pick<JobTakerDeps, 'types' | 'pools' | 'line' | 'slots'>;
  readonly #failed: FailedJobs;
  #waiting: WaitingAgent[] = [];
  /** What agents took when they last asked. */
  readonly #filters = new WeakMap<AgentSlot, WireJobFilter | undefined>();

  constructor(deps: Pick<JobTakerDeps, 'types' | 'pools' | 'line' | 'slots'>, failed: FailedJobs) {
    this.#deps = deps;
    this.#failed = failed;
  }

  get count(): number {
    return this.#waiting.length;
  }

  /** Those that have no job. */
  get idle(): readonly WaitingAgent[] {
    return this.#waiting.filter(({ isAhead }) => !isAhead);
  }

  /** What they take, and perhaps a little more: a circuit whose number on the wire is not known yet is not left out. */
  get wanted(): Wanted {
    const { types, pools, line } = this.#deps;
    const except = types.refusedBy(this.#waiting.map(({ filter }) => filter));
    return { except, pools: except.length === 0 ? pools : poolsHolding(pools, except, line.networkVersion) };
  }

  add(agent: WaitingAgent): void {
    this.#filters.set(agent.slot, agent.filter);
    this.#waiting.push(agent);
  }

  /** For an agent whose message brought no job: it is served before all others. */
  putBack(agent: WaitingAgent): void {
    this.#waiting.unshift(agent);
  }

  /** @returns whether it was waiting */
  remove(agent: WaitingAgent): boolean {
    const index = this.#waiting.indexOf(agent);
    if (index >= 0) this.#waiting.splice(index, 1);
    return index >= 0;
  }

  removeAll(): readonly WaitingAgent[] {
    return this.#waiting.splice(0);
  }

  /**
   * Removes and returns the agent that has waited longest of those that take the job; one that the job has not failed on is
   * preferred, and waited for where there is one.
   * @param type the circuit's number on the wire, if it is known
   * @returns the agent, or why none is chosen
   */
  removeFirstFor(jobId: ProvingJobId, type: number | undefined): WaitingAgent | 'left-to-others' | 'not-wanted' {
    const takes = (filter: WireJobFilter | undefined): boolean => type === undefined || accepts(filter, type);
    const willing = this.#waiting.filter(({ filter }) => takes(filter));
    const { slots } = this.#deps;
    const areOthersThere = (): boolean =>
      slots.all.some(
        (slot) => !this.#failed.hasFailedOn(jobId, slot) && !slots.isDoubted(slot) && takes(this.#filters.get(slot)),
      );
    const fresh = willing.find(({ slot }) => !this.#failed.hasFailedOn(jobId, slot));
    const agent = fresh ?? (areOthersThere() ? undefined : willing[0]);
    if (agent === undefined) return willing.length === 0 ? 'not-wanted' : 'left-to-others';
    this.remove(agent);
    return agent;
  }
}

/** Whether a claim for `open` leaves nothing that is wanted. */
export function covers(open: Wanted, { pools, except }: Wanted): boolean {
  return open.except.every((circuit) => except.includes(circuit)) && pools.every((pool) => open.pools.includes(pool));
}
