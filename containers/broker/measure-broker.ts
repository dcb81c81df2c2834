import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import { BROKER_COUNTS, type BrokerCounts } from './broker-counts.ts';
import type { BrokerStatus } from './prover-broker.ts';

const EVERY_MS = 60_000;

export interface BrokerMeasurementDeps {
  readonly counts: Pick<BrokerCounts, 'take'>;
  readonly status: () => BrokerStatus;
  /** The most bytes of requests that were in work at a time since the last call. */
  readonly takeBodyBytes: () => number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Measures what passes through a broker, and logs it in a line a minute while there is something to see. */
export class BrokerMeasurement {
  readonly #deps: BrokerMeasurementDeps;

  constructor(deps: BrokerMeasurementDeps) {
    this.#deps = deps;
  }

  /** Measures once a minute until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return repeatEvery(EVERY_MS, async () => this.measure(), signal);
  }

  measure(): void {
    const { counts, status, takeBodyBytes, metrics, log } = this.#deps;
    const taken = counts.take();
    const { agents, agentsWaiting, nodesWaiting, jobsHeld } = status();
    const bodyBytes = takeBodyBytes();
    for (const name of BROKER_COUNTS) metrics.record(name, taken[name], {});
    metrics.record('BrokerCallsHeld', agentsWaiting + nodesWaiting, {});
    metrics.record('BrokerAgents', agents, {});
    metrics.record('BrokerBodyBytes', bodyBytes, {});
    if (Object.values(taken).every((count) => count === 0)) return;
    const fields = {
      jobsTaken: taken.BrokerJobsTaken,
      jobsGiven: taken.BrokerJobsGiven,
      jobsHeld,
      agents,
      agentsWaiting,
      callsRefused: taken.BrokerCallsRefused,
      requestsRefused: taken.BrokerRequestsRefused,
      requestsFailed: taken.BrokerRequestsFailed,
      clientsRefused: taken.BrokerClientsRefused,
    };
    log.info(fields, 'the last minute');
  }
}
