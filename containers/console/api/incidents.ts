import { z } from 'zod';

import { Incident } from '../../../shared/ledger/incident-log.ts';
import { Moment } from './answer.ts';

/** `GET /api/incidents`: the newest 100, newest first. */
export const Incidents = Moment.extend({
  incidents: z.array(
    z.object({
      atMs: z.number().int(),
      kind: Incident.shape.kind,
      /** The job, key, epoch or transaction it is about. */
      subject: z.string(),
      message: z.string(),
    }),
  ),
  /** Messages that were set aside; their bodies are not shown, they may be anything. */
  deadLetters: z.array(z.object({ parkedAtMs: z.number().int(), reason: z.string() })),
});
export type Incidents = z.infer<typeof Incidents>;
