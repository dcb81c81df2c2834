import type { WireJobId } from '../../shared/broker-api/wire-job-id.ts';
import type { ProofUri, WireJobFilter } from '../../shared/broker-api/wire-types.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { pause } from '../../shared/retry/pause.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import { Turns } from '../../shared/retry/turns.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Drain } from '../agent/drain.ts';
import type { AgentCalls } from '../broker/agent-calls.ts';
import type { HeldLeases } from '../broker/held-leases.ts';
import type { AgentLease } from '../broker/job-taker.ts';
import type { CallContext } from '../broker/transport/json-rpc.ts';
import type { AgentCheck } from './check-agent.ts';
import type { GatewayAgent } from './gateway-agent.ts';
import type { LearntIds } from './learnt-ids.ts';
import type { ProofUnderWay } from './proof-under-way.ts';

/** A job that the agent does not take although it is offered this often may be what ends the agent. */
const MOST_OFFERS = 3;
const WATCH_MS = 1_000;

export interface GatewayCallsOptions {
  /** How long the call of an idle agent is held, in milliseconds. */
  readonly holdMs: number;
  readonly leaseSeconds: number;
}

export interface GatewayCallsDeps {
  readonly calls: AgentCalls;
  readonly proof: ProofUnderWay;
  readonly agent: GatewayAgent;
  readonly check: Pick<AgentCheck, 'findProblem' | 'proves'>;
  readonly held: HeldLeases;
  readonly ids: LearntIds;
  readonly drain: Drain;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** A job in an answer that the agent may not have got: until it reports on the job, nobody knows. */
interface UnseenJob {
  readonly jobId: ProvingJobId;
  readonly lease: AgentLease;
  offers: number;
  /** The connection broke before the whole answer was sent. */
  isUndelivered: boolean;
}

type Answer = AgentLease | undefined;

/**
 * The calls of the one agent. It proves one job at a time, so each call also shows whether it still has the one that it was given.
 * What reports mean to the ledger, and how leases are taken over after a restart of the gateway, is as in the broker.
 */
export class GatewayCalls {
  readonly #options: GatewayCallsOptions;
  readonly #deps: GatewayCallsDeps;
  readonly #turns = new Turns(1);
  #waiting = new AbortController();
  #unseen: UnseenJob | undefined;
  #hasWarnedOfLoops = false;
  #isYielding = false;

  constructor(options: GatewayCallsOptions, deps: GatewayCallsDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  getJob(filter: WireJobFilter | undefined, call: CallContext): Promise<Answer> {
    return this.#take(call, async (context) => {
      const { calls, drain, check } = this.#deps;
      if (filter?.allowNewJobs === false || drain.hasBegun()) {
        await this.#giveBack('the agent does not have it, and takes none');
        return undefined;
      }
      const problem = await check.findProblem(context.signal);
      if (context.signal.aborted) return undefined;
      if (problem !== undefined) {
        await this.#giveBack('the agent does not have it, and may have none', false);
        return this.#nothing(context);
      }
      if (await this.#isOtherLoop(context.signal)) return this.#nothing(context);
      const again = await this.#offerAgain();
      if (again !== undefined) return again;
      if (this.#mustYield()) {
        this.#rest();
        return this.#nothing(context);
      }
      return this.#gave(await calls.getJob(filter, context));
    });
  }

  progress(id: WireJobId, startedAtMs: number, filter: WireJobFilter | undefined, call: CallContext): Promise<Answer> {
    return this.#take(call, async (context) => {
      const { calls, held, ids, drain } = this.#deps;
      const jobId = await ids.find(id);
      // It was given back, so that another agent can begin: a proof is still taken.
      if (drain.hasBegun() && held.find(jobId) === undefined) return undefined;
      if (this.#unseen?.jobId === jobId) this.#unseen = undefined;
      const again = this.#unseen && (await this.#offerAgain(jobId));
      if (again !== undefined) return again;
      return this.#gave(await calls.progress(id, startedAtMs, this.#filterNow(filter), context));
    });
  }

  succeed(id: WireJobId, proof: ProofUri, filter: WireJobFilter | undefined, call: CallContext): Promise<Answer> {
    return this.#report(id, filter, call, (wanted, context) => {
      const { ids, calls } = this.#deps;
      this.#deps.proof.proven(ids.toJobId(id));
      return calls.succeed(id, proof, wanted, context);
    });
  }

  fail(id: WireJobId, message: string, filter: WireJobFilter | undefined, call: CallContext): Promise<Answer> {
    return this.#report(id, filter, call, (wanted, context) => this.#deps.calls.fail(id, message, wanted, context));
  }

  /** Notices an agent that no longer calls, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#deps;
    const watch = (): Promise<void> =>
      this.#watch().catch((error: unknown) =>
        log.warn({ err: error }, 'the job of a silent agent was not given back: its lease will end'),
      );
    await repeatEvery(WATCH_MS, watch, signal);
  }

  async #report(
    id: WireJobId,
    filter: WireJobFilter | undefined,
    call: CallContext,
    report: (filter: WireJobFilter | undefined, context: CallContext) => Promise<Answer>,
  ): Promise<Answer> {
    return this.#take(call, async (context) => {
      const { agent, ids } = this.#deps;
      const jobId = await ids.find(id);
      if (this.#unseen?.jobId === jobId) this.#unseen = undefined;
      const again = await this.#offerAgain(jobId);
      const answer = await report(
        again === undefined ? this.#filterNow(filter) : { allowList: [], allowNewJobs: false },
        context,
      );
      if (again !== undefined) {
        // An agent that reports on one job does not have another.
        agent.began(agent.slot, ids.toJobId(again.job.id), again.time);
        return again;
      }
      return this.#gave(answer);
    });
  }

  /** One call at a time: an agent that calls again has given up its call before. */
  async #take(call: CallContext, work: (context: CallContext) => Promise<Answer>): Promise<Answer> {
    const { agent, drain } = this.#deps;
    this.#waiting.abort();
    const waiting = (this.#waiting = new AbortController());
    agent.of();
    return this.#turns.take(async () => {
      agent.of();
      const answer = await work({
        ...call,
        signal: AbortSignal.any([call.signal, waiting.signal, drain.stop]),
        // The agent asks again, and gets the same job.
        onUndelivered: () => undefined,
      });
      if (answer !== undefined) {
        call.onUndelivered(async () => {
          if (this.#unseen?.lease.job.id === answer.job.id) this.#unseen.isUndelivered = true;
        });
      }
      return answer;
    });
  }

  #gave(lease: Answer): Answer {
    if (lease === undefined) {
      this.#rest();
      return undefined;
    }
    const jobId = this.#deps.ids.toJobId(lease.job.id);
    this.#unseen = { jobId, lease, offers: 1, isUndelivered: false };
    this.#deps.proof.began(jobId);
    return lease;
  }

  /**
   * The job that the agent was given and does not have, by its call: once more if the answer that had it was lost, else it
   * counts as lost with its agent, which was restarted.
   * @param reported the job that the call is about
   */
  async #offerAgain(reported?: ProvingJobId): Promise<Answer> {
    const { agent, calls, held, log } = this.#deps;
    const { jobId } = agent.slot;
    if (jobId === undefined || jobId === reported) return undefined;
    const unseen = this.#unseen;
    if (unseen?.jobId === jobId && unseen.offers < MOST_OFFERS && (await held.keepAlive(jobId))) {
      unseen.offers += 1;
      unseen.isUndelivered = false;
      log.info({ jobId }, 'gave the agent its job again: it had not got the answer');
      return unseen.lease;
    }
    this.#unseen = undefined;
    agent.ended(agent.slot, 'lost');
    await calls.lose(jobId, 'its agent asked for a job without having reported on this one: it was restarted');
    return undefined;
  }

  /** Whether it is another loop of the agent that asks, while the one that has the job goes on. */
  async #isOtherLoop(signal: AbortSignal): Promise<boolean> {
    const { agent, check, ids, log } = this.#deps;
    const { jobId } = agent.slot;
    const id = jobId && ids.toWireId(jobId);
    if (id === undefined || this.#unseen !== undefined || !(await check.proves(id, signal))) return false;
    if (!this.#hasWarnedOfLoops) {
      log.warn('the agent asks for a second job at a time, and a gateway gives one: set PROVER_AGENT_COUNT=1');
    }
    this.#hasWarnedOfLoops = true;
    return true;
  }

  async #giveBack(why: string, isReady = true): Promise<void> {
    const { agent, held, log } = this.#deps;
    const { jobId } = agent.slot;
    this.#unseen = undefined;
    if (jobId !== undefined) {
      agent.ended(agent.slot, 'lost');
      await held.release(jobId);
      log.info({ jobId, why }, 'gave the job back');
    }
    this.#rest(isReady);
  }

  /** Holds the call of an agent that gets no job, so that it does not ask all the time. */
  async #nothing({ isAlone, signal }: CallContext): Promise<undefined> {
    await pause(isAlone ? this.#options.holdMs : 0, signal);
    return undefined;
  }

  #rest(isReady = true): void {
    const { agent, drain } = this.#deps;
    if (agent.slot.jobId !== undefined || drain.hasBegun()) return;
    agent.rests(isReady);
    if (agent.blocksDeployment) void this.#yieldToDeployment();
  }

  /** Whether the agent gets no further job, so that ECS can stop the task for a deployment that waits for it. */
  #mustYield(): boolean {
    return this.#isYielding || this.#deps.agent.blocksDeployment;
  }

  async #yieldToDeployment(): Promise<void> {
    const { agent, drain } = this.#deps;
    this.#isYielding = true;
    await agent.yieldToDeployment(drain.stop);
    this.#isYielding = false;
  }

  async #watch(): Promise<void> {
    const { agent, held, nowMs, log, drain } = this.#deps;
    const { jobId } = agent.slot;
    // The clock may have been set back since.
    agent.slot.lastSeenAtMs = Math.min(agent.slot.lastSeenAtMs, nowMs());
    const silentMs = nowMs() - agent.slot.lastSeenAtMs;
    const leaseMs = this.#options.leaseSeconds * 1000;
    if (jobId === undefined || drain.hasBegun()) return;
    if (this.#unseen?.isUndelivered === true && silentMs > (leaseMs * 2) / 3) {
      await this.#giveBack('its agent went before it had it');
    } else if (silentMs > leaseMs) {
      // Another agent that claims it counts the attempt as lost.
      held.take(jobId);
      this.#unseen = undefined;
      agent.ended(agent.slot, 'lost');
      this.#rest();
      log.warn({ jobId, silentMs }, 'the agent no longer reports on its job: the lease has ended');
    }
  }

  #filterNow(filter: WireJobFilter | undefined): WireJobFilter | undefined {
    const mayHaveJob = !this.#deps.drain.hasBegun() && !this.#mustYield();
    return mayHaveJob ? filter : { allowList: filter?.allowList ?? [], allowNewJobs: false };
  }
}
