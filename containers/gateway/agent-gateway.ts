import type { Engine } from '../../shared/engine/engine.ts';
import type { AgentId } from '../../shared/ledger/job-ledger.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';
import { makeLineId } from '../../shared/proving-job/epoch-id.ts';
import type { JobMessage } from '../../shared/proving-job/job-message.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { AgentStatus } from '../agent/agent-status.ts';
import type { Drain } from '../agent/drain.ts';
import { OwnFailures } from '../agent/job/own-failures.ts';
import type { PollingPolicy } from '../agent/job/polling-policy.ts';
import { PoolOutlook } from '../agent/job/prefetch-rule.ts';
import type { TaskProtection } from '../agent/task-protection.ts';
import { AgentCalls, glanceMsOf } from '../broker/agent-calls.ts';
import type { AgentSlot } from '../broker/agent-slot.ts';
import { agentMethods } from '../broker/broker-methods.ts';
import { CircuitTypes } from '../broker/circuit-types.ts';
import { HeldLeases } from '../broker/held-leases.ts';
import { JobDispatcher } from '../broker/job-dispatcher.ts';
import { StoredPayloads } from '../broker/stored-payloads.ts';
import type { RpcMethod } from '../broker/transport/json-rpc.ts';
import type { AgentCheck } from './check-agent.ts';
import { drainAgent } from './drain-agent.ts';
import { GatewayAgent } from './gateway-agent.ts';
import { GatewayCalls } from './gateway-calls.ts';
import { FairJobsAhead } from './fair-jobs-ahead.ts';
import { LearntIds } from './learnt-ids.ts';
import { LineJobs } from './line-jobs.ts';
import { ProofUnderWay } from './proof-under-way.ts';

export interface AgentGatewayOptions {
  readonly agentId: AgentId;
  /** The pools whose jobs the agent gets, in order of preference. */
  readonly pools: readonly Pool[];
  /** The version of Aztec that the agent runs, such as `6.0.0`. */
  readonly networkVersion: string;
  readonly leaseSeconds: number;
  /** How long the call of an idle agent is held, in milliseconds. */
  readonly holdMs: number;
  /** How long one claim waits at the queue, in seconds. */
  readonly claimSeconds: number;
  readonly polling: PollingPolicy;
  /** How long a job that was claimed early is kept for the agent, in milliseconds; `false` claims only when it is idle. */
  readonly keepMs: number | false;
  /** Whether it is asked to end before its agent. */
  readonly isStoppedFirst: boolean;
}

export interface AgentGatewayDeps {
  readonly engine: Engine;
  readonly check: Pick<AgentCheck, 'findProblem' | 'proves' | 'isGone'>;
  readonly status: AgentStatus;
  readonly protection: Pick<TaskProtection, 'on' | 'off' | 'blocksDeployment' | 'yieldToDeployment'>;
  readonly drain: Drain;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * Aztec's broker for one agent, over an engine:
 *
 *     GatewayCalls ──▶ AgentCalls ──▶ JobDispatcher ──▶ queue, ledger, store
 *
 * `GatewayCalls` knows which job the agent has by its calls, and the rest is the broker's. It does not follow settlements, which
 * on AWS would be one more reader of a stream for each agent: the agent learns that its job was cancelled when the lease is next
 * extended.
 */
export class AgentGateway {
  readonly methods: ReadonlyMap<string, RpcMethod>;
  readonly #deps: AgentGatewayDeps;
  readonly #agent: GatewayAgent;
  readonly #held: HeldLeases;
  readonly #proof: ProofUnderWay;
  readonly #isStoppedFirst: boolean;
  readonly #lose: AgentCalls['lose'];
  readonly #calls: GatewayCalls;
  readonly #dispatcher: JobDispatcher;

  constructor(options: AgentGatewayOptions, deps: AgentGatewayDeps) {
    this.#deps = deps;
    const { engine, check, drain, log, nowMs } = deps;
    const { agentId, pools, networkVersion, leaseSeconds, holdMs, claimSeconds, polling, keepMs } = options;
    const ids = new LearntIds(engine, networkVersion);
    const jobs = new LineJobs({ engine, networkVersion, nowMs });
    const agent = new GatewayAgent(agentId, deps);
    const held = new HeldLeases({ engine, leaseSeconds, log, nowMs });
    const outlook = new PoolOutlook(
      engine,
      {
        agentId,
        networkVersion,
        pools,
        agentsSeenWithinSeconds: leaseSeconds,
        agentCountMaxAgeSeconds: polling.agentCountMaxAgeSeconds,
      },
      nowMs,
    );
    const ownFailures = new OwnFailures({ engine, outlook, nowMs });
    const shared = {
      engine,
      line: { networkVersion, rollup: makeLineId(networkVersion) },
      leaseSeconds,
      log,
      nowMs,
      ids,
      types: new CircuitTypes(),
      payloads: new StoredPayloads(engine.proofs),
      held,
      slots: agent,
      pools,
      isOfLine: async (message: JobMessage) => ids.toWireId(message.jobId) !== undefined && (await jobs.has(message)),
      areOthersAheadFor: (jobId: ProvingJobId) => ownFailures.areOthersAheadFor(jobId),
    };
    const dispatcher = new JobDispatcher({
      ...shared,
      claimSeconds,
      ...(keepMs !== false && {
        ahead: new FairJobsAhead(keepMs, { ...shared, outlook, pollMs: polling.prefetchPollMs }),
      }),
    });
    const noteFailed = (jobId: ProvingJobId, slot: AgentSlot): void => {
      ownFailures.note(jobId);
      dispatcher.noteFailed(jobId, slot);
    };
    const proof = new ProofUnderWay(nowMs);
    const calls = new AgentCalls(
      { holdMs, glanceMs: glanceMsOf(engine) },
      { ...shared, dispatcher: { next: (wish) => dispatcher.next(wish), noteFailed } },
    );
    this.#calls = new GatewayCalls(
      { holdMs, leaseSeconds },
      { calls, proof, agent, check, held, ids, drain, log, nowMs },
    );
    this.#agent = agent;
    this.#held = held;
    this.#proof = proof;
    this.#isStoppedFirst = options.isStoppedFirst;
    this.#lose = (jobId, message) => calls.lose(jobId, message);
    this.#dispatcher = dispatcher;
    this.methods = agentMethods(this.#calls);
  }

  /** What the agent does: it has a job, or its call waits for one. */
  get state(): { readonly jobId: ProvingJobId | undefined; readonly isWaiting: boolean } {
    const { jobId, isCalling } = this.#agent.slot;
    return { jobId, isWaiting: isCalling };
  }

  /** Watches the agent until the drain begins, and then lets it end its job if there is time. */
  async run(): Promise<void> {
    const { drain, status } = this.#deps;
    await this.#calls.run(drain.stop);
    status.draining();
    await this.#dispatcher.close();
    await drainAgent({
      ...this.#deps,
      proof: this.#proof,
      agent: this.#agent,
      held: this.#held,
      isStoppedFirst: this.#isStoppedFirst,
      lose: this.#lose,
    });
  }
}
