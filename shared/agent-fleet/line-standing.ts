import { z } from 'zod';

import type { Note, Notes } from '../ledger/notes.ts';
import { RollupId } from '../proving-job/epoch-id.ts';

/**
 * Where a version line stands:
 *
 * - `ready`: its node has asked for nothing yet, as before the network's upgrade;
 * - `proving`: it proves epochs, as far as anybody knows those of the canonical rollup;
 * - `draining`: its rollup is no longer canonical, and what it has begun is proven to its end;
 * - `ended`: that is done, and neither agents nor its node run: it can be removed from the configuration.
 */
export const LineState = z.enum(['ready', 'proving', 'draining', 'ended']);
export type LineState = z.infer<typeof LineState>;

export const LineStanding = z.strictObject({
  name: z.string(),
  version: z.string(),
  state: LineState,
  /** That of its newest epoch. */
  rollup: RollupId.exactOptional(),
  /** Whether that rollup has been seen as the canonical one. */
  wasCanonical: z.boolean(),
  /** When it was first seen that the rollup no longer is. */
  supersededAtMs: z.number().int().exactOptional(),
  /** Epochs that are not proven and not closed. */
  openEpochs: z.number().int().nonnegative(),
  /** Agents that it is to have. */
  agents: z.number().int().nonnegative(),
  /** Whether the scaler has stopped its node, and has to start it again if it is ever needed. */
  isNodeStopped: z.boolean(),
});
export type LineStanding = z.infer<typeof LineStanding>;

/** Of every line of the fleet, as the scaler last saw them. */
export const LineStandings = z.strictObject({ lines: z.array(LineStanding) });
export type LineStandings = z.infer<typeof LineStandings>;

/** Where they are noted, by the scaler of a fleet whose lines are listed. */
export function lineStandingsNote(notes: Notes): Note<LineStandings> {
  return notes.of('lines', LineStandings);
}
