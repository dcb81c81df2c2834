import type { DatabaseSync } from 'node:sqlite';

import { z } from 'zod';

import { readMessageBody } from '../../job-queue/read-message-body.ts';
import { CIRCUIT_CATALOGUE, NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import { placeOf } from './sqlite-message-order.ts';
import {
  COUNTS_SCHEMA,
  DECISIONS_SCHEMA,
  EPOCHS_SCHEMA,
  JOB_INDEXES,
  NOTES_SCHEMA,
  SETTLED_TRIGGER,
  TURN_COLUMNS,
  TURN_INDEXES,
} from './sqlite-schema.ts';

/** Brings the tables from one schema version to the next: the first from version 1 to 2, and so on. */
export const MIGRATIONS: readonly ((database: DatabaseSync) => void)[] = [
  addOriginsOfDeadLetters,
  addDecisions,
  addSecondCopies,
  useSteadyClock,
  addAgentsOfFailures,
  identifyEpochs,
  indexCounts,
  addWireTypes,
  orderMessages,
  addNotes,
];

/** All that is required of an old dead letter: it may be of any version. */
const Addressed = z.object({ circuit: NativeCircuit });

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

function circuitOf(body: string): NativeCircuit | undefined {
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

/** Earlier failures count as attempts only: nobody knows their agents. */
function addAgentsOfFailures(database: DatabaseSync): void {
  database.exec('alter table jobs add column failed_by text');
}

/** An epoch keeps its number as its id: which rollup it is of was not recorded. */
function identifyEpochs(database: DatabaseSync): void {
  database.exec(`
    drop trigger jobs_settled;
    drop index jobs_by_epoch;
    drop index jobs_open;
    alter table jobs add column epoch_id text not null default '';
    update jobs set epoch_id = epoch;
    alter table jobs drop column epoch;
    ${JOB_INDEXES}

    alter table settlements drop column epoch;
    ${SETTLED_TRIGGER}
    alter table epochs rename to numbered_epochs;
    alter table roots rename to numbered_roots;
    drop index roots_open;
    ${EPOCHS_SCHEMA}
    insert into epochs (id, epoch, is_trial, opened_at_ms, record)
      select epoch, epoch, epoch >= 1000000000, record ->> 'openedAtMs', json_set(record, '$.id', cast(epoch as text))
      from numbered_epochs;
    drop table numbered_epochs;

    insert into roots (epoch_id, state, version, record)
      select epoch, state, version, json_set(record, '$.epochId', cast(epoch as text)) from numbered_roots;
    drop table numbered_roots;
  `);
}

function indexCounts(database: DatabaseSync): void {
  database.exec(COUNTS_SCHEMA);
}

/** Native nodes named no number before: official agents leave their older jobs to native ones. */
function addWireTypes(database: DatabaseSync): void {
  database.exec('alter table jobs add column wire_type integer');
}

/** Each message gets the place that it would have had: an epoch is as old as the oldest message of it or of a later one. */
function orderMessages(database: DatabaseSync): void {
  database.exec('drop index messages_by_age');
  for (const column of TURN_COLUMNS) database.exec(`alter table messages add column ${column}`);
  database.exec(TURN_INDEXES);
  const place = database.prepare(
    'update messages set circuit = ?, rollup = ?, epoch = ?, precedence = ?, turn = id where id = ?',
  );
  for (const { id, body } of database.prepare('select id, body from messages').all()) {
    const message = readMessageBody(String(body));
    if (!message.success) continue;
    const { circuit, rollup, epoch, precedence } = placeOf(message.data);
    place.run(circuit, rollup, epoch, precedence, Number(id));
  }
  database.exec(`
    update messages set turn = firsts.turn
    from (select own.rollup, own.epoch, min(later.id) as turn
          from (select distinct rollup, epoch from messages) as own
          join messages as later on later.rollup = own.rollup and later.epoch >= own.epoch
          group by own.rollup, own.epoch) as firsts
    where messages.rollup = firsts.rollup and messages.epoch = firsts.epoch
  `);
}

function addNotes(database: DatabaseSync): void {
  database.exec(NOTES_SCHEMA);
}
