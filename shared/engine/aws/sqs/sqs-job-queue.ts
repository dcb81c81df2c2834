import type { AwsClients } from '../aws-clients.ts';
import type { AwsResourceNames } from '../aws-resource-names.ts';
import { Lane, Pool } from '../../../proving-job/circuit-family.ts';
import { type FleetLine, lineOfVersion, NATIVE_LINE, NATIVE_LINE_ALONE } from '../../../proving-job/fleet-line.ts';
import { type CircuitName, circuitOf } from '../../../proving-job/circuit-catalogue.ts';
import type { JobMessage } from '../../../proving-job/job-message.ts';
import type { KeptDeadLetters } from '../../../job-queue/kept-dead-letters.ts';
import { QueueLeaseLostError } from '../../../job-queue/errors.ts';
import type { ClaimOptions, DeadLetter, JobQueue, QueueDepth, QueueLease } from '../../../job-queue/job-queue.ts';
import { readMessageBody } from '../../../job-queue/read-message-body.ts';
import { SqsDeadLetters, type SqsQueuePair } from './sqs-dead-letters.ts';
import { isLostHandle } from './sqs-errors.ts';
import { formatToken, hideableSeconds, parseToken, type SqsLeaseToken } from './sqs-lease-token.ts';
import { type SqsFind, SqsPolls } from './sqs-polls.ts';
import { LONGEST_POLL_SECONDS, SqsQueue } from './sqs-queue.ts';
import { SqsLeftMessages } from './sqs-left-messages.ts';
import { searchQueues } from './sqs-search.ts';
import { sendMessages } from './sqs-send-messages.ts';

export interface SqsJobQueueOptions {
  /** How long a claimed message stays hidden without a heartbeat, in whole seconds. */
  readonly leaseSeconds: number;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  /**
   * The lines whose queues it uses, at least one: messages go to the queues of their version's line, and claims take from those
   * of the first line before the next. @default the native line
   */
  readonly lines?: readonly FleetLine[] | undefined;
  /** Where dead letters that lead to no job are kept. @default they stay on their queues */
  readonly keptDeadLetters?: Pick<KeptDeadLetters, 'list' | 'remove'>;
}

/** A poll that began just before the queue is closed ends within this time. */
const CLOSE_SECONDS = LONGEST_POLL_SECONDS + 1;

/**
 * A {@link JobQueue} on SQS: a standard queue for each line, pool and lane, and one for the dead letters of each.
 *
 * Leases also end by our own clock: SQS may keep accepting the handle of a message that another agent has received since.
 * Claims are long polls (see `sqs-search.ts`), a second at least. They take the lanes in order; SQS hands out the oldest message
 * of a queue first as a rule, and knows of no epochs.
 */
export class SqsJobQueue implements JobQueue {
  readonly #lines: readonly FleetLine[];
  readonly #pairs: readonly SqsQueuePair[];
  readonly #deadLetters: SqsDeadLetters;
  readonly #leaseSeconds: number;
  readonly #nowMs: () => number;
  readonly #polls: SqsPolls;
  readonly #left = new SqsLeftMessages();
  readonly #closing = new AbortController();
  readonly #claims = new Set<Promise<unknown>>();
  #hasFound = false;

  constructor({ sqs }: Pick<AwsClients, 'sqs'>, names: AwsResourceNames, options: SqsJobQueueOptions) {
    this.#lines = options.lines ?? NATIVE_LINE_ALONE;
    this.#pairs = this.#lines.flatMap(({ name: line }) =>
      Lane.options.flatMap((lane) =>
        Pool.options.map((pool) => ({
          line,
          pool,
          lane,
          queue: new SqsQueue(sqs, names.queue(pool, lane, line)),
          deadLetters: new SqsQueue(sqs, names.deadLetterQueue(pool, lane, line)),
        })),
      ),
    );
    this.#deadLetters = new SqsDeadLetters(this.#pairs, options.keptDeadLetters);
    this.#leaseSeconds = options.leaseSeconds;
    this.#nowMs = options.nowMs;
    this.#polls = new SqsPolls(options);
  }

  async enqueue(messages: readonly JobMessage[], pool?: Pool): Promise<void> {
    const byPair = Map.groupBy(messages, ({ circuit, networkVersion }) => {
      const { lane, pool: ownPool } = circuitOf(circuit, networkVersion);
      return this.#pair({ line: lineOfVersion(networkVersion, this.#lines), pool: pool ?? ownPool, lane });
    });
    await Promise.all(
      [...byPair].map(([{ queue }, group]) =>
        sendMessages(
          queue,
          group.map((message) => ({ body: JSON.stringify(message), subject: `proving job ${message.jobId}` })),
        ),
      ),
    );
  }

  async claim(
    pools: readonly Pool[],
    { waitSeconds, signal, except = [] }: ClaimOptions,
  ): Promise<QueueLease | undefined> {
    this.#left.begin(except);
    const lanes = Lane.options.map((lane) =>
      this.#lines.flatMap(({ name: line }) => pools.map((pool) => this.#pair({ line, pool, lane }).queue)),
    );
    const claim = searchQueues(this.#polls, lanes, {
      waitSeconds,
      isBusy: this.#hasFound,
      signal: AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]),
      restEndsAtMs: (queue) => this.#left.restEndsAtMs(queue),
      accept: (find) => this.#accept(find, except),
    });
    this.#claims.add(claim);
    try {
      const lease = await claim;
      this.#hasFound = lease !== undefined;
      return lease;
    } finally {
      this.#claims.delete(claim);
    }
  }

  async extend(lease: QueueLease): Promise<QueueLease> {
    const nowMs = this.#nowMs();
    const token = parseToken(lease.token);
    const seconds = hideableSeconds(token, this.#leaseSeconds, nowMs);
    if (nowMs >= lease.expiresAtMs || seconds === 0) throw new QueueLeaseLostError(lease.message.jobId);
    try {
      await this.#pair(token).queue.setVisibility(token.handle, seconds);
    } catch (error) {
      if (!isLostHandle(error)) throw error;
      throw new QueueLeaseLostError(lease.message.jobId, { cause: error });
    }
    return { ...lease, expiresAtMs: nowMs + seconds * 1000 };
  }

  /** Even when the lease has ended: the job needs no further delivery, whichever agent has the message now. */
  async complete(lease: QueueLease): Promise<void> {
    const token = parseToken(lease.token);
    await unlessLost(this.#pair(token).queue.delete(token.handle));
  }

  async release(lease: QueueLease, delaySeconds = 0): Promise<void> {
    const nowMs = this.#nowMs();
    if (nowMs >= lease.expiresAtMs) return;
    const token = parseToken(lease.token);
    await unlessLost(this.#pair(token).queue.setVisibility(token.handle, hideableSeconds(token, delaySeconds, nowMs)));
  }

  /** Does nothing when the lease has ended: the message's next agent decides about it. */
  async park(lease: QueueLease, reason: string): Promise<void> {
    if (this.#nowMs() >= lease.expiresAtMs) return;
    await this.#park(parseToken(lease.token), JSON.stringify(lease.message), reason);
  }

  /** Letters of the last minute may be missing, as may those that another process is reading. */
  async deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#deadLetters.list();
  }

  async redrive(): Promise<number> {
    return this.#deadLetters.redrive();
  }

  /** Up to a minute late. */
  async depths(pools: readonly Pool[] = Pool.options): Promise<readonly QueueDepth[]> {
    const asked = this.#pairs.filter(({ pool }) => pools.includes(pool));
    return Promise.all(
      asked.map(async ({ line, pool, lane, queue }) => {
        const { visible, hidden } = await queue.counts();
        return { ...(line !== NATIVE_LINE && { line }), pool, lane, waiting: visible, leased: hidden };
      }),
    );
  }

  /**
   * Ends all claims with `undefined`, waits for polls under way, and gives back what they find. Polls that take longer than
   * `patienceSeconds` are aborted: a message that SQS has picked for one of them stays hidden for a lease time.
   */
  async close(patienceSeconds = CLOSE_SECONDS): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#claims);
    await this.#polls.close(patienceSeconds);
  }

  async #accept(
    { queue, message, receivedAtMs }: SqsFind,
    except: readonly CircuitName[],
  ): Promise<QueueLease | undefined> {
    const pair = this.#pairs.find((each) => each.queue === queue);
    if (pair === undefined) throw new Error(`unexpected queue ${queue.name}`);
    const { line, pool, lane } = pair;
    const token: SqsLeaseToken = { line, pool, lane, receivedAtMs, handle: message.handle };
    const read = readMessageBody(message.body);
    if (!read.success) {
      await this.#park(token, message.body, read.reason);
      return undefined;
    }
    if (except.includes(read.data.circuit)) {
      const hiddenSeconds = this.#left.leave(queue, read.data.jobId, performance.now());
      await unlessLost(queue.setVisibility(message.handle, hiddenSeconds));
      return undefined;
    }
    return {
      message: read.data,
      token: formatToken(token),
      deliveries: message.deliveries,
      expiresAtMs: receivedAtMs + this.#leaseSeconds * 1000,
    };
  }

  async #park(token: SqsLeaseToken, body: string, reason: string): Promise<void> {
    const letter = { body, reason, parkedAtMs: this.#nowMs() };
    await unlessLost(this.#deadLetters.park(this.#pair(token), token.handle, letter));
  }

  #pair({ line, pool, lane }: Pick<SqsQueuePair, 'line' | 'pool' | 'lane'>): SqsQueuePair {
    const pair = this.#pairs.find((each) => each.line === line && each.pool === pool && each.lane === lane);
    if (pair === undefined) throw new Error(`unknown queue of line ${line}, pool ${pool} and lane ${lane}`);
    return pair;
  }
}

/** An expired handle needs no action. */
async function unlessLost(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isLostHandle(error)) throw error;
  }
}
