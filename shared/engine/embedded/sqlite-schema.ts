/** Marks the file as Coppice's (`PRAGMA application_id`): "Copp" in ASCII. */
export const APPLICATION_ID = 0x43_6f_70_70;

/** Grows with every change to the tables below (`PRAGMA user_version`). */
export const SCHEMA_VERSION = 11;

/** Settlements kept for feeds that lag behind; a node that lags further finds the rest when it reconciles. */
const SETTLEMENTS_KEPT = 50_000;

/** Incidents kept for the operator. */
const INCIDENTS_KEPT = 10_000;

/** Decisions kept: a week of one a minute. */
const DECISIONS_KEPT = 10_000;

/** Added in version 3. */
export const DECISIONS_SCHEMA = `
create table decisions (
  sequence integer primary key,
  kind text not null,
  at_ms integer not null,
  record text not null
) strict;
create index decisions_by_age on decisions (kind, at_ms);
create trigger decisions_kept after insert on decisions
begin
  delete from decisions where sequence <= new.sequence - ${DECISIONS_KEPT};
end;
`;

/** As they are since version 7, where an epoch has an id. */
export const JOB_INDEXES = `
create index jobs_by_epoch on jobs (epoch_id);
create index jobs_open on jobs (epoch_id) where state in ('queued', 'leased');
`;

/** As it is since version 7. */
export const SETTLED_TRIGGER = `
create trigger jobs_settled after update of state on jobs
when new.state in ('proven', 'rejected', 'cancelled') and old.state <> new.state
begin
  insert into settlements (job_id, state) values (new.id, new.state);
end;
`;

/** As they are since version 7. */
export const EPOCHS_SCHEMA = `
create table epochs (
  id text primary key not null,
  epoch integer not null,
  is_trial integer not null,
  opened_at_ms integer not null,
  record text not null
) strict;
create index epochs_by_time on epochs (is_trial, opened_at_ms);

create table roots (
  epoch_id text primary key not null,
  state text not null,
  version integer not null,
  record text not null
) strict;
create index roots_open on roots (epoch_id) where state in ('waiting', 'sent');
`;

/** Added in version 8. It holds all that is counted, so that a count reads no job. */
export const COUNTS_SCHEMA = `
create index jobs_by_state on jobs (epoch_id, range_id, state, circuit, pool);
`;

/** Added in version 11: what programs remember from one run to the next. */
export const NOTES_SCHEMA = `
create table notes (
  program text primary key not null,
  version integer not null,
  note text not null
) strict;
`;

/**
 * Added in version 10: what determines a message's place in line. The first index is in the order of claims and has all that
 * a claim and a count read; the second finds the turn of a message's epoch.
 */
export const TURN_COLUMNS = [
  'circuit text',
  'rollup text',
  'epoch integer not null default 0',
  'turn integer not null default 0',
  'precedence integer not null default 0',
];
export const TURN_INDEXES = `
create index messages_by_turn on messages (pool, lane, turn, epoch, precedence desc, id, visible_steady_ms, circuit);
create index messages_by_epoch on messages (rollup, epoch, turn);
`;

/**
 * Every table of the embedded engine.
 *
 * - `autoincrement` where the newest row may be deleted and its number must never come back: a message's token holds
 *   its number. A `sequence` grows by itself, because the newest row always stays.
 * - A message's `turn` grows with the epochs of a rollup, and is comparable between rollups: see `sqlite-message-order.ts`. Of
 *   a body that cannot be read, all that follows from it is null or 0, so it is claimed at once and set aside.
 * - A time named `…_steady_ms`, and `expiresAtMs` in a `straggler`, is one of the machine's steady clock; all others are Unix times.
 * - Indexes named `…_open` hold unfinished rows only, so that sweeps stay quick as the history grows.
 * - A dead letter's `pool` and `lane` say where it came from; null where an older schema did not keep it.
 * - The triggers write a settlement in the transaction of any statement that settles a job: no code path can omit it.
 */
export const SCHEMA = `
create table messages (
  id integer primary key autoincrement,
  pool text not null,
  lane text not null,
  job_id text,
  body text not null,
  visible_steady_ms integer not null,
  deliveries integer not null default 0,
  ${TURN_COLUMNS.join(',\n  ')}
) strict;
${TURN_INDEXES.trim()}
create index messages_by_job on messages (job_id);

create table dead_letters (
  id integer primary key,
  body text not null,
  reason text not null,
  parked_at_ms integer not null,
  pool text,
  lane text
) strict;

create table jobs (
  sequence integer primary key,
  id text not null unique,
  epoch_id text not null,
  range_id text not null,
  circuit text not null,
  pool text not null,
  lane text not null,
  network_version text not null,
  inputs text not null,
  children text not null,
  state text not null,
  attempts text not null,
  failed_by text,
  recorded_at_ms integer not null,
  enqueued_at_ms integer,
  enqueued_steady_ms integer,
  lease_token integer not null default 0,
  lease_agent_id text,
  lease_claimed_at_ms integer,
  lease_expires_steady_ms integer,
  copy_asked_at_ms integer,
  straggler text,
  proof text,
  proven_by text,
  proving_ms real,
  claimed_at_ms integer,
  settled_at_ms integer,
  reason text,
  wire_type integer
) strict;
${JOB_INDEXES}
create table settlements (
  sequence integer primary key,
  job_id text not null,
  state text not null
) strict;
${SETTLED_TRIGGER}create trigger settlements_kept after insert on settlements
begin
  delete from settlements where sequence <= new.sequence - ${SETTLEMENTS_KEPT};
end;

${EPOCHS_SCHEMA}
create table agents (
  agent_id text primary key,
  last_seen_at_ms integer not null,
  record text not null
) strict;

create table incidents (
  sequence integer primary key,
  at_ms integer not null,
  kind text not null,
  subject text not null,
  message text not null
) strict;
create trigger incidents_kept after insert on incidents
begin
  delete from incidents where sequence <= new.sequence - ${INCIDENTS_KEPT};
end;
${DECISIONS_SCHEMA}${COUNTS_SCHEMA}${NOTES_SCHEMA}`;
