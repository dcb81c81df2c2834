import { type CircuitName, isCatalogued } from '../proving-job/circuit-catalogue.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { IncidentLog } from './incident-log.ts';
import type { NewJob } from './job-ledger.ts';
import { reportIncident } from './report-incident.ts';

export interface UnknownCircuitsDeps {
  readonly incidents: Pick<IncidentLog, 'report'>;
  readonly log: Logger;
}

/** Reports circuits that the catalogue does not know, each once in the life of the process: their jobs run all the same. */
export class UnknownCircuits {
  readonly #deps: UnknownCircuitsDeps;
  readonly #reported = new Set<CircuitName>();

  constructor(deps: UnknownCircuitsDeps) {
    this.#deps = deps;
  }

  /** Best effort: a failure is logged and stops nothing. */
  async note({ id, circuit, networkVersion, pool, lane }: NewJob): Promise<void> {
    if (isCatalogued(circuit) || this.#reported.has(circuit)) return;
    this.#reported.add(circuit);
    const { log } = this.#deps;
    const message = `circuit ${circuit} of network version ${networkVersion} is not in the catalogue: its jobs run in pool ${pool}, lane ${lane}`;
    log.warn({ jobId: id, circuit, networkVersion, pool, lane }, message);
    await reportIncident({ engine: this.#deps, log }, { kind: 'foreign-version', subject: id, message });
  }
}
