import { BrokerClient } from '../../../shared/broker-api/broker-client.ts';
import { ComponentVersionError, BrokerRequestRefusedError } from '../../../shared/broker-api/errors.ts';
import type { WireJobId } from '../../../shared/broker-api/wire-job-id.ts';
import type { WireLease } from '../../../shared/broker-api/wire-types.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { AgentLoop } from '../agent-loop.ts';
import { proofTimeoutSeconds, withDefaults } from '../agent-options.ts';
import { AgentUnfitError } from '../errors.ts';
import { MachineDoubt } from '../machine-doubt.ts';
import { runLoop, type RunLoopDeps } from '../run-loop.ts';
import { type BrokerAgentOptions, heartbeatSecondsOf } from './broker-agent-options.ts';
import { BrokerHeartbeats } from './broker-heartbeats.ts';
import { BrokerJobs } from './broker-jobs.ts';
import { checkBroker } from './check-broker.ts';
import { JobPayloads } from './job-payloads.ts';
import { wireFilterOf } from './wire-filter.ts';

/** How long a broker that is away may keep an agent from going on when it gives a job back. */
const RETURN_MS = 5_000;
/** Without a ledger, incidents are in the log alone. */
const NO_INCIDENTS = { incidents: { report: async () => undefined, latest: async () => [] } };

/**
 * Proves the jobs of a broker, Coppice's or Aztec's, until `signal` aborts, then drains: the current job is finished if it
 * can be within the drain time, and left to the broker otherwise.
 *
 * @throws {AgentUnfitError} if this machine cannot prove, or the broker is of another version or no broker.
 * @throws {ProverGoneError} if its prover, once lost, does not start again.
 */
export async function runBrokerAgent(agentOptions: BrokerAgentOptions, deps: RunLoopDeps): Promise<void> {
  const { broker, agentId, networkVersion } = agentOptions;
  const { url, pollMs, proofStore } = broker;
  const { log, nowMs } = deps;
  const options = withDefaults({ ...agentOptions, heartbeatSeconds: heartbeatSecondsOf(broker) });
  const filter = await wireFilterOf(options.circuits);
  const { heartbeatSeconds } = options;
  let onOffered: (lease: WireLease) => void = () => undefined;
  let versions = {};

  await runLoop(options, deps, {
    startHeartbeats: (onFailed) =>
      new BrokerHeartbeats(
        { url, heartbeatSeconds, filter },
        { log, onFailed, onOffered: (lease) => onOffered(lease) },
      ),

    async prepare({ drain, status }) {
      const onWaiting = (reason: string): void => status.note(reason);
      versions = await refusingOthers(() => checkBroker({ url, networkVersion, signal: drain.stop, log, onWaiting }));
    },

    assemble({ heartbeats, prover, status, protection, drain }) {
      const client = new BrokerClient({
        url,
        versions,
        signal: drain.giveBack,
        onOutage: (error, failures, pauseMs) => logOutage(log, error, failures, pauseMs),
      });
      const returnJob = (id: WireJobId, startedAtMs: number): Promise<void> => {
        const returning = new BrokerClient({ url, versions, signal: AbortSignal.timeout(RETURN_MS) });
        return returning.returnProvingJob(id, startedAtMs);
      };
      const jobs = new BrokerJobs(
        { circuits: options.circuits, filter, pollMs },
        { api: client, returnJob, heartbeats, payloads: new JobPayloads(proofStore), drain, log, nowMs },
      );
      onOffered = (lease) => jobs.offer(lease);
      const { claimer, prefetched, delivery } = jobs;
      const claimOrEnd = {
        claim: (wanted: Parameters<typeof claimer.claim>[0]) => refusingOthers(() => claimer.claim(wanted)),
      };
      const doubt = new MachineDoubt(options.doubtPauses, { agentId, engine: NO_INCIDENTS, prover, status, log });
      return new AgentLoop(
        { claimSeconds: options.claimSeconds, timeoutSeconds: (circuit) => proofTimeoutSeconds(circuit, options) },
        { claimer: claimOrEnd, prefetched, delivery, doubt, prover, status, protection, drain, log, nowMs },
      );
    },
  });
}

/** The agent cannot work for a broker of another version, however long it waits. */
async function refusingOthers<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ComponentVersionError) && !(error instanceof BrokerRequestRefusedError)) throw error;
    throw new AgentUnfitError([error.message]);
  }
}

/** The first failure, and then about one a minute. */
const LOGGED_FAILURES = 6;

function logOutage(log: Logger, error: unknown, failures: number, pauseMs: number): void {
  if (failures % LOGGED_FAILURES !== 1) return;
  log.warn({ failures, pauseMs }, `${String(error)}. It is tried again until it answers`);
}
