import type { DatabaseSync } from 'node:sqlite';

import { z } from 'zod';

import { CIRCUIT_CATALOGUE, CircuitName } from '../../proving-job/circuit-catalogue.ts';
import { COUNTS_SCHEMA, DECISIONS_SCHEMA } from './sqlite-schema.ts';

/** Brings the tables from one schema version to the next: the first from version 1 to 2, and so on. */
export const MIGRATIONS: readonly ((database: DatabaseSync) => void)[] = [
  addOriginsOfDeadLetters,
  addDecisions,
  addSecondCopies,
  useSteadyClock,
  indexCounts,
];

/** All that is required of an old dead letter: it may be of any version. */
const Addressed = z.object({ circuit: CircuitName });

/**
 * The origin of an older dead letter is where the catalogue sends its circuit. A letter without a known circuit gets
 * no origin, and a redrive leaves it where it is.
 */
function addOriginsOfDeadLetters(database: DatabaseSync): void {
  database.exec('alter table dead_letters add column pool text');
  database.exec('alter table dead_letters add column lane text');
  const address = database.prepare('update dead_letters set pool = ?, lane = ? where id = ?');
  for (const { id, body } of database.prepare('select id, body from dead_letters').all()) {
    const circuit = circuitOf(String(body));
    if (circuit === undefined) continue;
    const { pool, lane } = CIRCUIT_CATALOGUE[circuit];
    address.run(pool, lane, Number(id));
  }
}

function circuitOf(body: string): CircuitName | undefined {
  try {
    return Addressed.safeParse(JSON.parse(body)).data?.circuit;
  } catch {
    return undefined;
  }
}

function addDecisions(database: DatabaseSync): void {
  database.exec(DECISIONS_SCHEMA);
}

function addSecondCopies(database: DatabaseSync): void {
  database.exec('alter table jobs add column copy_asked_at_ms integer');
  database.exec('alter table jobs add column straggler text');
}

/** Every message is visible at first, and {@link latestEndMs} ends the older leases: their times are those of another clock. */
function useSteadyClock(database: DatabaseSync): void {
  database.exec('alter table messages rename column visible_at_ms to visible_steady_ms');
  database.exec('update messages set visible_steady_ms = 0');
  database.exec('alter table jobs rename column lease_expires_at_ms to lease_expires_steady_ms');
  database.exec('alter table jobs add column enqueued_steady_ms integer');
}

function indexCounts(database: DatabaseSync): void {
  database.exec(COUNTS_SCHEMA);
}
