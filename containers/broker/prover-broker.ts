import { AgentCalls } from './agent-calls.ts';
import { AgentSlots } from './agent-slots.ts';
import type { BrokerDeps } from './broker-deps.ts';
import type { BrokerCount } from './broker-counts.ts';
import { agentMethods, nodeMethods, returnMethods } from './broker-methods.ts';
import { CircuitTypes } from './circuit-types.ts';
import { DrainingAgents } from './draining-agents.ts';
import { HeldLeases } from './held-leases.ts';
import { JobAskers } from './job-askers.ts';
import { JobDispatcher } from './job-dispatcher.ts';
import { JobsAhead, KEEP_MS } from './jobs-ahead.ts';
import { NodeCalls } from './node-calls.ts';
import { RecentSettlements } from './recent-settlements.ts';
import { STREAMED_RANGE } from '../../shared/ledger/streamed-epoch.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { StreamedEpochs, type StreamedEpochsDeps } from './streamed-epochs.ts';
import { StoredPayloads } from './stored-payloads.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import type { JobMessage } from '../../shared/proving-job/job-message.ts';
import type { AnswerRoom } from './transport/answer-room.ts';
import type { RpcMethod } from './transport/json-rpc.ts';
import { ToldCancels } from './told-cancels.ts';
import { WireIds } from './wire-ids.ts';

export interface ProverBrokerOptions {
  /** How long calls that ask for news are held, in milliseconds. */
  readonly holdMs: number;
  /** How long a call waits for a job when others wait for its answer, in milliseconds. */
  readonly glanceMs: number;
  /** How long one claim waits at the queue, in seconds. */
  readonly claimSeconds: number;
  /** How long a job that was claimed for a busy agent is kept for it, in milliseconds. @default 2,000 */
  readonly keepMs?: number;
}

export type ProverBrokerDeps = BrokerDeps &
  Pick<StreamedEpochsDeps, 'deadlineAtMs' | 'keepRollup'> & {
    /** A clock that only goes forward, in milliseconds. */
    readonly steadyMs: () => number;
    readonly count?: (count: BrokerCount) => void;
    /** Bounds the payloads of responses. @default nothing does */
    readonly room?: AnswerRoom;
    /** The time by which proof windows close. @default this machine's */
    readonly windowNowMs?: () => number;
  };

export interface BrokerStatus {
  /** Agents that wait for a job, and nodes that wait for news. */
  readonly agentsWaiting: number;
  readonly nodesWaiting: number;
  readonly jobsHeld: number;
  /** Those that called in the last two minutes. */
  readonly agents: number;
}

/** Aztec's broker over an engine: what it keeps in memory is needed by nobody after a restart. */
export class ProverBroker {
  readonly methods: ReadonlyMap<string, RpcMethod>;
  readonly #deps: ProverBrokerDeps;
  readonly #slots: AgentSlots;
  readonly #held: HeldLeases;
  readonly #draining: DrainingAgents;
  readonly #dispatcher: JobDispatcher;
  readonly #settlements: RecentSettlements;
  readonly #askers: JobAskers;
  readonly #cancels: ToldCancels;

  constructor({ holdMs, glanceMs, claimSeconds, keepMs = KEEP_MS }: ProverBrokerOptions, deps: ProverBrokerDeps) {
    this.#deps = deps;
    const { engine, line, log, nowMs } = deps;
    const ids = new WireIds(line.rollup);
    const types = new CircuitTypes();
    const payloads = new StoredPayloads(engine.proofs);
    this.#slots = new AgentSlots({ engine, networkVersion: line.networkVersion, log, nowMs });
    this.#held = new HeldLeases(deps);
    this.#draining = new DrainingAgents({ ...deps, held: this.#held });
    this.#settlements = new RecentSettlements({ settlements: engine.settlements, ids, steadyMs: deps.steadyMs });
    this.#askers = new JobAskers(deps.steadyMs);
    this.#cancels = new ToldCancels(deps.steadyMs);
    const epochs = new StreamedEpochs({ ...deps, nowMs: deps.windowNowMs ?? nowMs });
    const shared = {
      ...deps,
      ids,
      types,
      payloads,
      held: this.#held,
      slots: this.#slots,
      pools: Pool.options,
      rollup: line.rollup,
      // A rollup's contract fixes its circuits: every version that follows it has the same.
      isOfLine: async ({ jobId }: JobMessage) => ids.toWireId(jobId) !== undefined,
    };
    this.#dispatcher = new JobDispatcher({ ...shared, claimSeconds, ahead: new JobsAhead(keepMs, shared) });
    const node = new NodeCalls(holdMs, {
      ...deps,
      ids,
      types,
      payloads,
      settlements: this.#settlements,
      askers: this.#askers,
      cancels: this.#cancels,
      rangeId: STREAMED_RANGE,
      openEpoch: (id) => epochs.open(id),
    });
    const agent = new AgentCalls(
      { holdMs, glanceMs },
      {
        ...shared,
        dispatcher: this.#dispatcher,
        draining: this.#draining,
        onSettled: (settlement) => {
          this.#cancels.forget(settlement.jobId);
          this.#settlements.note(settlement);
        },
      },
    );
    this.methods = new Map([...nodeMethods(node), ...agentMethods(agent), ...returnMethods(agent)]);
  }

  /** By what this broker has seen. */
  get status(): BrokerStatus {
    return {
      agentsWaiting: this.#dispatcher.waiting,
      nodesWaiting: this.#settlements.waiting,
      jobsHeld: this.#held.count,
      agents: this.#slots.all.length,
    };
  }

  /** Whether a node waits for jobs of the epoch, as far as this broker has heard. */
  isWaitedFor(epochId: EpochId): boolean {
    return this.#askers.isWaitedFor(epochId);
  }

  /** Follows settlements and keeps the registry up to date until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    // The agent of a job that was cancelled, or settled elsewhere, loses it, and learns so from its next report.
    const stopDropping = this.#deps.engine.settlements.subscribe(({ jobId, state }) => {
      this.#askers.forget(jobId);
      if (state !== 'cancelled') this.#cancels.forget(jobId);
      void this.#held.complete(jobId);
    });
    const stopFollowing = this.#settlements.start();
    try {
      await Promise.all([this.#slots.run(signal), this.#draining.run(signal)]);
    } finally {
      await this.#dispatcher.close();
      stopDropping();
      stopFollowing();
    }
  }
}
