import type { Logger } from '../telemetry/logger.ts';
import type { EpochRecord } from './epoch-ledger.ts';
import type { EpochId } from '../proving-job/epoch-id.ts';
import { aboutEpoch, type Incident, type IncidentLog } from './incident-log.ts';

/** Incidents in which an earlier report of the same epoch is sought: a restart must not report it again. */
const LATEST_INCIDENTS = 100;

/** Every report begins with it. */
const RIVAL_PROOF = "L1 has another prover's proof";

export interface RivalProofDeps {
  readonly incidents: IncidentLog;
  readonly log: Logger;
}

/**
 * Reports once, in the log and as an incident, that another prover's proof of the epoch is on L1: the reward is shared
 * with it. Never throws, as only people read it.
 * @param next what Coppice does with its own proof all the same
 * @returns whether it is reported, now or before
 */
export async function reportRivalProof(
  { id, epoch }: Pick<EpochRecord, 'id' | 'epoch'>,
  next: 'it is proven further' | 'the root is submitted',
  { incidents, log }: RivalProofDeps,
): Promise<boolean> {
  const message = `${RIVAL_PROOF} of its checkpoints; ${next} for its share of the reward`;
  const incident = { kind: 'submission', subject: aboutEpoch(id), message } as const;
  try {
    const known = await incidents.latest(LATEST_INCIDENTS);
    if (known.some(({ subject, message: text }) => subject === incident.subject && text === message)) return true;
    await incidents.report(incident);
    log.warn({ epoch, epochId: id }, message);
    return true;
  } catch (error) {
    log.warn({ err: error, epoch, epochId: id }, "could not report another prover's proof yet");
    return false;
  }
}

/** Whether it was reported of the epoch that L1 has another prover's proof. */
export function hasRivalProof(id: EpochId, incidents: readonly Incident[]): boolean {
  return incidents.some(({ subject, message }) => subject === aboutEpoch(id) && message.startsWith(RIVAL_PROOF));
}
