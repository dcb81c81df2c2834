import { z } from 'zod';

import type { EpochId } from '../proving-job/epoch-id.ts';

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
    'wrong-clock',
    'line-trouble',
    'no-agents',
    'drill',
  ]),
  /** The job, key, epoch or transaction it is about. */
  subject: z.string(),
  message: z.string(),
});
export type Incident = z.infer<typeof Incident>;

/** The subject of an incident about an epoch. A number alone may be that of an epoch of another rollup. */
export function aboutEpoch(id: EpochId): string {
  return `epoch ${id}`;
}

/** Keeps incidents for `coppice status`. */
export interface IncidentLog {
  report(incident: Omit<Incident, 'atMs'>): Promise<void>;
  /** The `limit` newest, newest first. */
  latest(limit: number): Promise<readonly Incident[]>;
}
