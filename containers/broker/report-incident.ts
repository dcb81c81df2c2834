import type { Engine } from '../../shared/engine/engine.ts';
import type { Incident } from '../../shared/ledger/incident-log.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** Reports an incident to the operator, best effort: a failure is logged and stops nothing. */
export async function reportIncident(
  { engine, log }: { readonly engine: Pick<Engine, 'incidents'>; readonly log: Logger },
  incident: Omit<Incident, 'atMs'>,
): Promise<void> {
  log.warn({ kind: incident.kind, subject: incident.subject }, incident.message);
  await engine.incidents.report(incident).catch((error: unknown) => {
    log.warn({ err: error, ...incident }, 'incident not reported');
  });
}
