import type { Engine } from '../../shared/engine/engine.ts';
import { type CircuitName, circuitOf } from '../../shared/proving-job/circuit-catalogue.ts';
import type { SpeedClass } from '../../shared/proving-job/speed-class.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { AgentLoop } from './agent-loop.ts';
import { proofTimeoutSeconds, type ResolvedAgentOptions } from './agent-options.ts';
import type { AgentStatus } from './agent-status.ts';
import type { Drain } from './drain.ts';
import type { Heartbeats, KeptLeases } from './heartbeat/heartbeats.ts';
import { HeldJob } from './job/held-job.ts';
import { type ClaimedJob, JobClaimer, type JobClaimerDeps } from './job/job-claimer.ts';
import { OwnFailures } from './job/own-failures.ts';
import { POLLING_POLICIES } from './job/polling-policy.ts';
import { PoolOutlook } from './job/prefetch-rule.ts';
import { PrefetchedJob } from './job/prefetched-job.ts';
import { ProofDelivery } from './job/proof-delivery.ts';
import { MachineDoubt } from './machine-doubt.ts';
import type { ProofMemory } from './memory/proof-memory.ts';
import type { WarmProver } from './prover/warm-prover.ts';
import type { TaskProtection } from './task-protection.ts';

export interface AssembleLoopDeps {
  readonly engine: Engine;
  readonly heartbeats: Heartbeats;
  readonly prover: WarmProver;
  readonly status: AgentStatus;
  readonly protection: TaskProtection;
  readonly drain: Drain;
  /** Of the machine's proofs, where they are real. */
  readonly memory: ProofMemory | undefined;
  /** Of its real proofs, where it is known. */
  readonly speedClass: SpeedClass | undefined;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * Wires the way of a job through the agent:
 *
 *     JobClaimer ──ClaimedJob──▶ WarmProver ──FreshProof──▶ ProofDelivery ──▶ HeldJob.markProven
 *         ▲
 *     PrefetchedJob, while the prover is busy
 *
 * From claim to end the job is a `HeldJob`, which also fails, releases or loses it on the way.
 */
export function assembleLoop(options: ResolvedAgentOptions, deps: AssembleLoopDeps): AgentLoop<HeldJob> {
  const { engine, heartbeats, prover, status, protection, drain, memory, speedClass, log, nowMs } = deps;
  const { agentId, pools, circuits, engineOptions, prefetch, claimSeconds } = options;
  const { leaseSeconds, engine: kind } = engineOptions;
  const polling = POLLING_POLICIES[kind];
  const timeoutSeconds = (circuit: CircuitName): number => proofTimeoutSeconds(circuit, options);

  const outlook = new PoolOutlook(
    engine,
    {
      agentId,
      pools,
      agentsSeenWithinSeconds: 2 * options.heartbeatSeconds,
      agentCountMaxAgeSeconds: polling.agentCountMaxAgeSeconds,
    },
    nowMs,
  );
  const ownFailures = new OwnFailures({ engine, outlook, nowMs });

  const hold: JobClaimerDeps['hold'] = (record, leases) => {
    // Waiting for the proof before it, its own proof, and the delivery through an outage.
    const maxHoldSeconds = 2 * timeoutSeconds(record.circuit) + 10 * leaseSeconds;
    const kept = heartbeats.keep(leases, nowMs() + maxHoldSeconds * 1000);
    return new HeldJob(
      record,
      withEnd(kept, () => memory?.giveBack(record.id)),
      { engine, pools, speedClass, ownFailures, log, nowMs },
    );
  };
  const versions = new Map(options.families.map(({ name, version }) => [name, version ?? options.networkVersion]));
  const claimer = new JobClaimer(
    {
      agentId,
      pools,
      circuits,
      versions,
      leaseSeconds,
      polling,
      isForDevelopmentChains: options.isForDevelopmentChains,
    },
    {
      engine,
      hold,
      isHeld: (jobId) => heartbeats.isKept(jobId),
      drain,
      ownFailures,
      memory,
      log,
      nowMs,
      onRefused: (reason) => status.note(reason),
    },
  );
  const preparing = options.families.filter(({ prepares }) => prepares).map(({ name }) => name);
  const prepare = ({ held, inputs }: ClaimedJob): void => {
    const { circuit, networkVersion } = held.record;
    if (preparing.includes(circuitOf(circuit, networkVersion).family)) prover.prepare(circuit, inputs);
  };
  const prefetched = new PrefetchedJob(prefetch && { ...prefetch, prefetchPollMs: polling.prefetchPollMs }, {
    claimer,
    outlook,
    prepare,
    log,
    nowMs,
  });

  const checkProof: WarmProver['checkProof'] = (circuit, proof) => prover.checkProof(circuit, proof);
  const delivery = new ProofDelivery(leaseSeconds, { engine, checkProof, log });
  const doubt = new MachineDoubt(options.doubtPauses, { agentId, engine, prover, status, log });
  return new AgentLoop(
    { claimSeconds, timeoutSeconds },
    { claimer, doubt, prefetched, prover, delivery, status, protection, drain, log, nowMs },
  );
}

/** The same leases, with something to do when the job has ended here, in whatever way. */
function withEnd(kept: KeptLeases, onEnd: () => void): KeptLeases {
  return {
    get leases() {
      return kept.leases;
    },
    lost: kept.lost,
    async drop() {
      await kept.drop();
      onEnd();
    },
  };
}
