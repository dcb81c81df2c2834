import { pause } from '../../../retry/pause.ts';
import type { Search } from './first-found.ts';
import type { SqsMessage, SqsQueue } from './sqs-queue.ts';

export interface SqsFind {
  readonly queue: SqsQueue;
  readonly message: SqsMessage;
  /** By the clock that leases are measured by. */
  readonly receivedAtMs: number;
}

/** A long poll for one message of one queue. */
export interface SqsPoll extends Search {
  readonly queue: SqsQueue;
  /** Resolves when the poll has ended. Never rejects. */
  readonly ended: Promise<void>;
  /** What it found. @throws the error that SQS returned */
  result(): SqsFind | undefined;
}

interface OpenPoll extends SqsPoll {
  state: Search['state'];
  beganAtMs: number | undefined;
  ended: Promise<void>;
  outcome: { readonly find: SqsFind | undefined } | { readonly error: unknown } | undefined;
}

/**
 * Long polls, none of which is ever aborted: SQS may have picked a message for an aborted poll, and no agent would see it
 * until its lease ends. A poll that its claim no longer needs is left here until the next claim wants one of that queue; a
 * message that arrives meanwhile goes back at once.
 */
export class SqsPolls {
  readonly #leaseSeconds: number;
  readonly #nowMs: () => number;
  readonly #leftOver = new Set<SqsPoll>();
  readonly #givenBack = new Map<SqsQueue, Promise<void>>();
  readonly #cut = new AbortController();

  constructor(options: { readonly leaseSeconds: number; readonly nowMs: () => number }) {
    this.#leaseSeconds = options.leaseSeconds;
    this.#nowMs = options.nowMs;
  }

  /** A poll of the queue that an earlier claim left over; it now belongs to the caller. */
  adopt(queue: SqsQueue): SqsPoll | undefined {
    const poll = [...this.#leftOver].find((each) => each.queue === queue);
    if (poll !== undefined) this.#leftOver.delete(poll);
    return poll;
  }

  begin(queue: SqsQueue, waitSeconds: number): SqsPoll {
    const poll: OpenPoll = {
      queue,
      state: 'under way',
      beganAtMs: undefined,
      ended: Promise.resolve(),
      outcome: undefined,
      result() {
        if (this.outcome === undefined) return undefined;
        if ('error' in this.outcome) throw this.outcome.error;
        return this.outcome.find;
      },
    };
    poll.ended = this.#run(poll, waitSeconds);
    return poll;
  }

  /** Leaves a poll over, or gives back the message that it has found. */
  leave(poll: SqsPoll): void {
    if (poll.state === 'under way') this.#leftOver.add(poll);
    else if (poll.state === 'found') this.#giveBack(poll);
  }

  /** Waits up to `patienceSeconds` for all polls that were left over to end, then aborts the rest. */
  async close(patienceSeconds: number): Promise<void> {
    const polls = Promise.all([...this.#leftOver].map((poll) => poll.ended));
    const enough = new AbortController();
    await Promise.race([polls, pause(patienceSeconds * 1000, enough.signal)]);
    enough.abort();
    this.#cut.abort();
    await polls;
    await Promise.all(this.#givenBack.values());
  }

  async #run(poll: OpenPoll, waitSeconds: number): Promise<void> {
    const { queue } = poll;
    try {
      // So that this poll can receive what an earlier one gives back.
      await this.#givenBack.get(queue);
      poll.outcome = { find: this.#leftOver.has(poll) ? undefined : await this.#receive(poll, waitSeconds) };
    } catch (error) {
      poll.outcome = { error };
    }
    poll.state = 'find' in poll.outcome && poll.outcome.find !== undefined ? 'found' : 'ended';
    if (this.#leftOver.delete(poll)) this.leave(poll);
  }

  async #receive(poll: OpenPoll, waitSeconds: number): Promise<SqsFind | undefined> {
    const { queue } = poll;
    poll.beganAtMs = performance.now();
    const [message] = await queue.receive({
      maxMessages: 1,
      waitSeconds,
      visibilitySeconds: this.#leaseSeconds,
      signal: this.#cut.signal,
    });
    return message && { queue, message, receivedAtMs: this.#nowMs() };
  }

  #giveBack(poll: SqsPoll): void {
    const find = poll.result();
    if (find === undefined) return;
    const { queue, message } = find;
    // A message that cannot be given back becomes visible when its lease ends.
    const shown = queue.setVisibility(message.handle, 0).catch(() => undefined);
    const all = Promise.all([this.#givenBack.get(queue), shown]).then(() => {
      if (this.#givenBack.get(queue) === all) this.#givenBack.delete(queue);
    });
    this.#givenBack.set(queue, all);
  }
}
