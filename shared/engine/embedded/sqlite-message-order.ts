import { Lane } from '../../proving-job/circuit-family.ts';
import { type CircuitName, precedenceOf } from '../../proving-job/circuit-catalogue.ts';
import { parseEpochId } from '../../proving-job/epoch-id.ts';
import type { JobMessage } from '../../proving-job/job-message.ts';
import { epochIdOf } from '../../proving-job/proving-job-id.ts';

// The order of claims: the epoch that has waited longest, and of its jobs what most of the tree waits for.
//
// Epochs of one rollup go by their numbers. Two rollups count differently, so an epoch also has a turn, which is comparable: the
// number of the oldest message of it or of a later epoch of its rollup. So turns never fall from one epoch of a rollup to the
// next, whichever was asked for first, and two rollups take turns by when their epochs came.

/** What determines a message's place in line, besides its turn. */
export interface MessagePlace {
  readonly circuit: CircuitName;
  /** Empty for epochs that an earlier version opened. */
  readonly rollup: string;
  readonly epoch: number;
  readonly precedence: number;
}

export function placeOf({ jobId, circuit, networkVersion }: JobMessage): MessagePlace {
  const { rollup = '', epoch } = parseEpochId(epochIdOf(jobId));
  return { circuit, rollup, epoch, precedence: precedenceOf(circuit, networkVersion) };
}

/** SQL for the turn of a new message. @param rollup @param epoch the parameters' names */
export function turnOf(rollup: string, epoch: string): string {
  return `coalesce(
    (select turn from messages where rollup = ${rollup} and epoch >= ${epoch} order by epoch limit 1),
    (select max(id) + 1 from messages),
    1)`;
}

const ORDER = 'turn, epoch, precedence desc';

/**
 * SQL for the number of the message to claim next, or null. Parameters: now, the circuits to leave as a JSON list, the rollup to
 * take from or null, then the pools in order.
 *
 * Among equals the oldest message is first, and not the one that has been visible for longest: a job that returns from a lost
 * agent is late already, and must not queue behind all later ones.
 */
export function firstInLine(pools: number, leaves: { readonly circuits: boolean; readonly rollups: boolean }): string {
  // A body that cannot be read has no circuit: it is claimed by any agent, to be set aside.
  const isTaken = [
    leaves.circuits ? 'and (circuit is null or circuit not in (select value from json_each(?2)))' : '',
    leaves.rollups ? 'and (circuit is null or rollup = ?3)' : '',
  ].join(' ');
  const heads = Array.from({ length: pools }, (_, index) => index).flatMap((index) =>
    Lane.options.map(
      (lane) =>
        `select * from (select id, turn, epoch, precedence, ${index} as rank from messages
         where pool = ?${index + 4} and lane = '${lane}' and visible_steady_ms <= ?1 ${isTaken}
         order by ${ORDER}, id limit 1)`,
    ),
  );
  return `(select id from (${heads.join(' union all ')}) order by ${ORDER}, rank, id limit 1)`;
}
