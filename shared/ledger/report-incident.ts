import type { Logger } from '../telemetry/logger.ts';
import type { Incident, IncidentLog } from './incident-log.ts';

export interface ReportIncidentDeps {
  readonly engine: { readonly incidents: Pick<IncidentLog, 'report'> };
  readonly log: Logger;
}

/** Reports an incident to the operator, best effort: a failure is logged and stops nothing. */
export async function reportIncident(
  { engine, log }: ReportIncidentDeps,
  incident: Omit<Incident, 'atMs'>,
): Promise<void> {
  await engine.incidents.report(incident).catch((error: unknown) => {
    log.warn({ err: error, ...incident }, 'incident not reported');
  });
}

/** Logs an incident as a warning and reports it, see {@link reportIncident}. */
export async function warnOfIncident(deps: ReportIncidentDeps, incident: Omit<Incident, 'atMs'>): Promise<void> {
  const { kind, subject, message } = incident;
  deps.log.warn({ kind, subject }, message);
  await reportIncident(deps, incident);
}
