import type { CircuitName } from '../proving-job/circuit-catalogue.ts';
import type { Lane, Pool } from '../proving-job/circuit-family.ts';
import type { RollupId } from '../proving-job/epoch-id.ts';
import type { JobMessage } from '../proving-job/job-message.ts';

/** The right of one agent to one message until `expiresAtMs`. Opaque outside the adapter that made it. */
export interface QueueLease {
  readonly message: JobMessage;
  /** The adapter's own handle: an SQS receipt handle, a SQLite row token. */
  readonly token: string;
  /** Deliveries of this message so far, this one included; the first is 1. */
  readonly deliveries: number;
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number;
}

/** A message set aside for a person to inspect. */
export interface DeadLetter {
  /** The body as it was received: it may be anything. */
  readonly body: string;
  readonly reason: string;
  readonly parkedAtMs: number;
}

/** How many messages one queue holds. */
export interface QueueDepth {
  /** The version line, where it has queues to itself and is not the native one. */
  readonly line?: string;
  readonly pool: Pool;
  readonly lane: Lane;
  readonly waiting: number;
  readonly leased: number;
}

export interface ClaimOptions {
  readonly waitSeconds: number;
  readonly signal?: AbortSignal;
  /** Circuits whose messages are left for other agents. @default none */
  readonly except?: readonly CircuitName[];
  /** The rollup whose messages are wanted: those of others are left for other agents, where the queue knows them. @default all */
  readonly rollup?: RollupId | undefined;
}

/**
 * Hands proving jobs to agents: a queue per pool and lane, each message at least once. The ledger holds the truth.
 *
 * The order: the epoch that has waited longest, by number within a rollup; of its jobs, what most of the tree waits for, see
 * `precedenceOf`; then the oldest. The embedded queue keeps it. SQS keeps the order of the lanes, whatever the epoch; within a
 * lane, the oldest message is usually first.
 *
 * Contract: `test/contract/job-queue.contract.ts`.
 */
export interface JobQueue {
  /**
   * Adds messages, each to the lane that the catalogue gives its circuit: all of them, or it throws. Safe to repeat.
   * @param pool whose agents they are for. @default the catalogue's, of each circuit
   */
  enqueue(messages: readonly JobMessage[], pool?: Pool): Promise<void>;
  /**
   * Takes the first visible message of `pools` and hides it for the queue's lease time: an `urgent` one of any of them
   * before a `normal` one of the same epoch; among equals, pools in the order given.
   * Waits up to `waitSeconds` for one; `undefined` when none comes, or when `signal` aborts.
   * A message that does not parse is parked with the reason, and the next one is taken.
   */
  claim(pools: readonly Pool[], options: ClaimOptions): Promise<QueueLease | undefined>;
  /**
   * Hides the message for a whole lease time from now.
   * @throws {QueueLeaseLostError} if the lease has already ended.
   */
  extend(lease: QueueLease): Promise<QueueLease>;
  /** Removes the message. Safe to call twice; says nothing about whether the proof was stored. */
  complete(lease: QueueLease): Promise<void>;
  /** Makes the message visible again, at once or after `delaySeconds`. A lease that has ended is left alone. */
  release(lease: QueueLease, delaySeconds?: number): Promise<void>;
  /** Sets the message aside with a reason, where no agent claims it. */
  park(lease: QueueLease, reason: string): Promise<void>;
  /** What has been set aside, oldest first. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  /**
   * Sends every dead letter back to the queue that it came from, as if it were new, and returns how many there were. The
   * next claim sets aside again what still cannot be read.
   */
  redrive(): Promise<number>;
  /** Messages per pool and lane: of `pools` at least, all by default. Empty queues may be left out. */
  depths(pools?: readonly Pool[]): Promise<readonly QueueDepth[]>;
}
