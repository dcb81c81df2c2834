import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { latestEndMs, type MachineClock, readClock, toUnixMs } from './machine-clock.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { firstInLine, placeOf, turnOf } from './sqlite-message-order.ts';
import { Lane, Pool } from '../../proving-job/circuit-family.ts';
import { type CircuitName, circuitOf } from '../../proving-job/circuit-catalogue.ts';
import type { JobMessage } from '../../proving-job/job-message.ts';
import type { RollupId } from '../../proving-job/epoch-id.ts';
import { QueueLeaseLostError } from '../../job-queue/errors.ts';
import type { ClaimOptions, DeadLetter, JobQueue, QueueDepth, QueueLease } from '../../job-queue/job-queue.ts';
import { readMessageBody } from '../../job-queue/read-message-body.ts';

/**
 * How often a waiting claim polls: short beside the quickest job. A poll takes as long as reading `PRAGMA data_version`
 * would, and also sees this connection's own writes and leases that end.
 */
const POLL_MS = 5;
/**
 * A claim that leaves circuits or rollups reads past all of their messages at each poll, so it polls seldom enough that reading
 * takes this share of the time.
 */
const SEARCHING_SHARE = 0.1;

const MessageRow = z.object({ id: z.number().int(), body: z.string(), deliveries: z.number().int() });
const DeadLetterRow = z
  .object({ body: z.string(), reason: z.string(), parked_at_ms: z.number().int() })
  .transform((row): DeadLetter => ({ body: row.body, reason: row.reason, parkedAtMs: row.parked_at_ms }));
const ParkedRow = z.object({ body: z.string(), pool: Pool, lane: Lane });
const DepthRow = z.object({ pool: Pool, lane: Lane, waiting: z.number().int(), leased: z.number().int() });

/**
 * A {@link JobQueue} in the engine's SQLite file, between the processes of one machine.
 *
 * A message is a row, hidden until `visible_steady_ms`: 0 while it waits, so that no clock can hide it. Its lease is the row and the number of its delivery: a later
 * delivery invalidates every earlier token.
 */
export class SqliteJobQueue implements JobQueue {
  readonly #database: SqliteDatabase;
  readonly #leaseMs: number;
  readonly #clock: MachineClock;

  constructor(database: SqliteDatabase, options: { readonly leaseSeconds: number; readonly clock: MachineClock }) {
    this.#database = database;
    this.#leaseMs = Math.round(options.leaseSeconds * 1000);
    this.#clock = options.clock;
  }

  async enqueue(messages: readonly JobMessage[], pool?: Pool): Promise<void> {
    this.#database.immediate(() => {
      for (const message of messages) {
        const { lane, pool: ownPool } = circuitOf(message.circuit, message.networkVersion);
        this.#send({ pool: pool ?? ownPool, lane }, JSON.stringify(message), message);
      }
    });
  }

  async claim(
    pools: readonly Pool[],
    { waitSeconds, signal, except = [], rollup }: ClaimOptions,
  ): Promise<QueueLease | undefined> {
    // The wait is in real time; leases are measured by the clock that was given.
    const giveUpAtMs = performance.now() + waitSeconds * 1000;
    for (;;) {
      if (signal?.aborted === true || !this.#database.isOpen) return undefined;
      const polledAtMs = performance.now();
      const lease = this.#claimNow(pools, except, rollup);
      const nowMs = performance.now();
      const remainingMs = giveUpAtMs - nowMs;
      if (lease !== undefined || remainingMs <= 0) return lease;
      const isSearching = except.length > 0 || rollup !== undefined;
      const pollMs = isSearching ? Math.max(POLL_MS, (nowMs - polledAtMs) / SEARCHING_SHARE) : POLL_MS;
      await pause(Math.min(pollMs, remainingMs), signal);
    }
  }

  async extend(lease: QueueLease): Promise<QueueLease> {
    const at = readClock(this.#clock);
    const expiresSteadyMs = at.steadyMs + this.#leaseMs;
    const changed = this.#database.run(
      'update messages set visible_steady_ms = ? where id = ? and deliveries = ? and visible_steady_ms > ?',
      expiresSteadyMs,
      ...parseToken(lease.token),
      at.steadyMs,
    );
    if (changed === 0) throw new QueueLeaseLostError(lease.message.jobId);
    return { ...lease, expiresAtMs: toUnixMs(expiresSteadyMs, at) };
  }

  async complete(lease: QueueLease): Promise<void> {
    this.#database.run('delete from messages where id = ? and deliveries = ?', ...parseToken(lease.token));
  }

  async release(lease: QueueLease, delaySeconds = 0): Promise<void> {
    const steadyMs = this.#clock.steadyMs();
    this.#database.run(
      'update messages set visible_steady_ms = ? where id = ? and deliveries = ? and visible_steady_ms > ?',
      delaySeconds === 0 ? 0 : steadyMs + Math.round(delaySeconds * 1000),
      ...parseToken(lease.token),
      steadyMs,
    );
  }

  async park(lease: QueueLease, reason: string): Promise<void> {
    this.#park(parseToken(lease.token), reason);
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#database
      .all('select body, reason, parked_at_ms from dead_letters order by id')
      .map((row) => DeadLetterRow.parse(row));
  }

  async redrive(): Promise<number> {
    return this.#database.immediate(() => {
      const letters = this.#database
        .all('select body, pool, lane from dead_letters where pool is not null order by id')
        .map((row) => ParkedRow.parse(row));
      for (const { body, ...origin } of letters) {
        const message = readMessageBody(body);
        this.#send(origin, body, message.success ? message.data : undefined);
      }
      this.#database.run('delete from dead_letters where pool is not null');
      return letters.length;
    });
  }

  async depths(): Promise<readonly QueueDepth[]> {
    return this.#database
      .all(
        `select pool, lane, sum(visible_steady_ms <= ?1) as waiting, sum(visible_steady_ms > ?1) as leased
         from messages group by pool, lane`,
        this.#clock.steadyMs(),
      )
      .map((row) => DepthRow.parse(row));
  }

  /** @param message what the body says; `undefined` when it cannot be read */
  #send(
    { pool, lane }: { readonly pool: Pool; readonly lane: Lane },
    body: string,
    message: JobMessage | undefined,
  ): void {
    const place = message && placeOf(message);
    // A second message for a job whose first still waits in the pool is left out, so sweeps never pile up. A leased one
    // does not count: its agent may be about to complete it.
    this.#database.run(
      `insert into messages (pool, lane, job_id, body, circuit, rollup, epoch, precedence, turn, visible_steady_ms)
       select ?1, ?2, ?3, ?4, ?6, ?7, ?8, ?9, iif(?7 is null, 0, ${turnOf('?7', '?8')}), 0
       where not exists (select 1 from messages where job_id = ?3 and pool = ?1 and visible_steady_ms <= ?5)`,
      pool,
      lane,
      message?.jobId ?? null,
      body,
      this.#clock.steadyMs(),
      place?.circuit ?? null,
      place?.rollup ?? null,
      place?.epoch ?? 0,
      place?.precedence ?? 0,
    );
  }

  #claimNow(
    pools: readonly Pool[],
    except: readonly CircuitName[],
    rollup: RollupId | undefined,
  ): QueueLease | undefined {
    const first = firstInLine(pools.length, { circuits: except.length > 0, rollups: rollup !== undefined });
    const wanted = [JSON.stringify(except), rollup ?? null, ...pools];
    for (;;) {
      const at = readClock(this.#clock);
      // Reading first keeps idle agents from taking the write lock.
      if (this.#database.get(`select ${first} as id`, at.steadyMs, ...wanted)?.['id'] === null) {
        this.#shortenLeftovers(pools, at.steadyMs);
        return undefined;
      }
      const expiresAtMs = at.nowMs + this.#leaseMs;
      const row = this.#database.get(
        `update messages set visible_steady_ms = ?1 + ${this.#leaseMs}, deliveries = deliveries + 1 where id = ${first}
         returning id, body, deliveries`,
        at.steadyMs,
        ...wanted,
      );
      if (row === undefined) continue;
      const { id, body, deliveries } = MessageRow.parse(row);
      const message = readMessageBody(body);
      if (message.success) {
        return { message: message.data, token: `${id}.${deliveries}`, deliveries, expiresAtMs };
      }
      this.#park([id, deliveries], message.reason);
    }
  }

  /** Only when nothing else can be claimed: the messages of these pools are few then, and all hidden. */
  #shortenLeftovers(pools: readonly Pool[], steadyMs: number): void {
    const leftovers = 'pool in (select value from json_each(?)) and visible_steady_ms > ?';
    const which = [JSON.stringify(pools), latestEndMs(steadyMs, this.#leaseMs)] as const;
    if (this.#database.get(`select id from messages where ${leftovers} limit 1`, ...which) === undefined) return;
    const endMs = steadyMs + this.#leaseMs;
    this.#database.run(`update messages set visible_steady_ms = ? where ${leftovers}`, endMs, ...which);
  }

  #park([id, deliveries]: [number, number], reason: string): void {
    this.#database.immediate(() => {
      const row = this.#database.get(
        'delete from messages where id = ? and deliveries = ? returning body, pool, lane',
        id,
        deliveries,
      );
      if (row === undefined) return;
      const { body, pool, lane } = ParkedRow.parse(row);
      this.#database.run(
        'insert into dead_letters (body, reason, parked_at_ms, pool, lane) values (?, ?, ?, ?, ?)',
        body,
        reason,
        this.#clock.nowMs(),
        pool,
        lane,
      );
    });
  }
}

function parseToken(token: string): [id: number, deliveries: number] {
  const [id, deliveries] = token.split('.');
  return [Number(id), Number(deliveries)];
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
