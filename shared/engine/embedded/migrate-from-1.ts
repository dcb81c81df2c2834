import type { DatabaseSync } from 'node:sqlite';

import { z } from 'zod';

import { CIRCUIT_CATALOGUE, CircuitName } from '../../proving-job/circuit-catalogue.ts';

/** All that is asked of an old dead letter: it may be of any version. */
const Addressed = z.object({ circuit: CircuitName });

/**
 * Version 2 keeps where each dead letter came from. An older one's origin is where the catalogue sends its circuit; one
 * that names no circuit that we know stays without, and a redrive leaves it where it is.
 */
export function migrateFrom1(database: DatabaseSync): void {
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
