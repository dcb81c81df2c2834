import { z } from 'zod';

/** Something an operator should know about: a corrupt object, a parked message, a rejected job. */
export const Incident = z.strictObject({
  atMs: z.number().int(),
  kind: z.enum([
    'corrupt-object',
    'parked-message',
    'foreign-version',
    'late-proof',
    'rejected-job',
    'epoch-failed',
    'submission',
    'missing-edge',
    'failing-agent',
  ]),
  /** The job, key, epoch or transaction it is about. */
  subject: z.string(),
  message: z.string(),
});
export type Incident = z.infer<typeof Incident>;

/** Keeps incidents for `coppice status`. */
export interface IncidentLog {
  report(incident: Omit<Incident, 'atMs'>): Promise<void>;
  /** The `limit` newest, newest first. */
  latest(limit: number): Promise<readonly Incident[]>;
}
