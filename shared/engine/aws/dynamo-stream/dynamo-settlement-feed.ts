import type { TableStream } from './dynamo-stream.ts';
import { StreamFollower } from './dynamo-stream-follower.ts';
import { settlementOf } from './dynamo-stream-settlement.ts';
import type { Settlement, SettlementFeed } from '../../../ledger/settlement-feed.ts';

interface Subscriber {
  readonly onSettled: (settlement: Settlement) => void;
}

/**
 * A {@link SettlementFeed} that reads the stream of the ledger's table.
 *
 * The stream and not a queue: the settlement and the news of it are one write, so none can be without the other, and no
 * agent has to send anything. Every node sees all of it; of a queue's message one node would deprive the others, and a
 * queue per node would have to be made and removed with the node. At most two processes may read a shard well, though.
 *
 * A settlement is told well under a second after the write, as a rule: a shard is asked four times a second. While anybody is subscribed a shard costs 14,400 reads an hour, $0.003 at $0.02 per 100,000;
 * a new table has about four. Nothing is read while nobody is subscribed.
 */
export class DynamoSettlementFeed implements SettlementFeed {
  readonly #stream: TableStream;
  readonly #onTrouble: (error: unknown) => void;
  readonly #subscribers = new Set<Subscriber>();
  #follower: StreamFollower | undefined;

  /** @param onTrouble told when the stream cannot be read; the feed goes on trying, and the node reconciles meanwhile */
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
        if (settlement !== undefined) this.#tell(settlement);
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

  #tell(settlement: Settlement): void {
    for (const { onSettled } of this.#subscribers) {
      try {
        onSettled(settlement);
      } catch (error) {
        // One subscriber's mistake keeps nothing from the others.
        this.#onTrouble(error);
      }
    }
  }
}
