import { z } from 'zod';

import type { Settlement, SettlementFeed } from '../../../ledger/settlement-feed.ts';
import { ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import type { StreamRecord, TableStream } from './dynamo-stream.ts';
import { StreamFollower } from './dynamo-stream-follower.ts';

const JOB_PREFIX = 'JOB#';
const ClosedState = z.enum(['proven', 'rejected', 'cancelled']);

interface Subscriber {
  readonly onSettled: (settlement: Settlement) => void;
}

/**
 * A {@link SettlementFeed} that reads the stream of the ledger's table.
 *
 * The stream and not a queue: the settlement and its notification are one write, so neither can exist without the other,
 * and agents send nothing. Every node sees the whole stream; a queue would give each message to one node only, and a queue
 * per node would have to be created and removed with the node. However, only two processes can read a shard well.
 *
 * Subscribers are usually notified well under a second after the write: a shard is read four times a second. With any
 * subscriber, a shard costs 14,400 reads an hour, $0.003 at $0.02 per 100,000, and a new table has about four shards.
 * Without subscribers nothing is read.
 */
export class DynamoSettlementFeed implements SettlementFeed {
  readonly #stream: TableStream;
  readonly #onTrouble: (error: unknown) => void;
  readonly #subscribers = new Set<Subscriber>();
  #follower: StreamFollower | undefined;

  /** @param onTrouble called when the stream cannot be read; the feed keeps trying, and the node reconciles meanwhile */
  constructor(stream: TableStream, onTrouble: (error: unknown) => void = () => undefined) {
    this.#stream = stream;
    this.#onTrouble = onTrouble;
  }

  subscribe(onSettled: (settlement: Settlement) => void): () => void {
    const subscriber = { onSettled };
    this.#subscribers.add(subscriber);
    this.#follower ??= new StreamFollower(this.#stream, {
      onRecord: (record) => {
        const settlement = settlementOf(record);
        if (settlement !== undefined) this.#notify(settlement);
      },
      onTrouble: this.#onTrouble,
    });
    return () => {
      this.#subscribers.delete(subscriber);
      if (this.#subscribers.size > 0) return;
      this.#follower?.stop();
      this.#follower = undefined;
    };
  }

  #notify(settlement: Settlement): void {
    for (const { onSettled } of this.#subscribers) {
      try {
        onSettled(settlement);
      } catch (error) {
        // One subscriber's error must not affect the others.
        this.#onTrouble(error);
      }
    }
  }
}

/** The settlement that a change of an item is; `undefined` for every other change, and for one that cannot be read. */
function settlementOf({ oldImage, newImage }: StreamRecord): Settlement | undefined {
  const sortKey = newImage?.['sk']?.S;
  if (!sortKey?.startsWith(JOB_PREFIX)) return undefined;
  const state = ClosedState.safeParse(newImage?.['state']?.S);
  if (!state.success || oldImage?.['state']?.S === state.data) return undefined;
  const jobId = ProvingJobId.safeParse(sortKey.slice(JOB_PREFIX.length));
  return jobId.success ? { jobId: jobId.data, state: state.data } : undefined;
}
