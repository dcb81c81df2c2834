import { Wakers } from '../../../shared/retry/wakers.ts';
import { AnswersFullError } from './errors.ts';

export interface AnswerRoomOptions {
  /** The most bytes of payloads in responses that clients have not read. */
  readonly bytes: number;
  /** Those of one client, so that one that reads slowly keeps no other waiting. */
  readonly bytesPerClient: number;
  /** How long a call waits for room, in milliseconds. */
  readonly patienceMs: number;
}

/** The payloads of one response, from when they are read from the store until the response is sent. */
export interface AnswerShare {
  /** Whether the client may have another payload now. */
  readonly hasRoom: boolean;
  /** Waits for room. @returns whether there is some; `false` once `signal` has aborted */
  untilRoom(signal: AbortSignal): Promise<boolean>;
  /** Counts a payload, whether or not there is room. */
  add(bytes: number): void;
  /**
   * Counts a payload once there is room for it.
   * @throws {AnswersFullError} when there was none in time, or the request has ended
   */
  take(bytes: number): Promise<void>;
}

interface OpenShare extends AnswerShare {
  readonly client: string;
  heldBytes: number;
}

interface Waiting {
  readonly share: OpenShare;
  readonly bytes: number;
}

/**
 * The memory for responses that clients have not read. What finds no room stays in the store: who came first is served first.
 *
 * A payload larger than the room is sent when it is alone. A response of many payloads that has some of them waits for others to
 * be read, but for no room, since nothing of it is sent before it is whole: one such response at a time may exceed the limits.
 */
export class AnswerRoom {
  readonly #options: AnswerRoomOptions;
  readonly #bytesOf = new Map<string, number>();
  readonly #wakers = new Wakers();
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #exceeding: OpenShare | undefined;

  constructor(options: AnswerRoomOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#options.bytes;
  }

  /** Waits until it is not full for clients in general. */
  async whenOpen(): Promise<void> {
    const never = new AbortController().signal;
    while (this.isFull) await this.#wakers.changeOr(never);
  }

  /** @param signal ends every wait: the request is over. @returns the response's share, and what ends it: its response is sent, or will not be */
  open(client: string, signal: AbortSignal): { readonly share: AnswerShare; readonly close: () => void } {
    const hasRoom = (): boolean => !this.isFull && this.#bytesFor(client) < this.#options.bytesPerClient;
    const share: OpenShare = {
      client,
      heldBytes: 0,
      get hasRoom() {
        return hasRoom();
      },
      untilRoom: async (until) => {
        while (!hasRoom() && !until.aborted) await this.#wakers.changeOr(until);
        return hasRoom() && !until.aborted;
      },
      add: (bytes) => this.#add(share, bytes),
      take: (bytes) => this.#take(share, bytes, signal),
    };
    return { share, close: () => this.#close(share) };
  }

  async #take(share: OpenShare, bytes: number, signal: AbortSignal): Promise<void> {
    if (bytes === 0) return;
    const waiting = { share, bytes };
    this.#waiting.push(waiting);
    try {
      const until = AbortSignal.any([signal, AbortSignal.timeout(this.#options.patienceMs)]);
      while (!this.#mayTake(waiting)) {
        if (until.aborted) throw new AnswersFullError(this.#bytes);
        await this.#wakers.changeOr(until);
      }
      this.#add(share, bytes);
    } finally {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      this.#wakers.wake();
    }
  }

  #mayTake(waiting: Waiting): boolean {
    const { share, bytes } = waiting;
    const first = this.#waiting.find((other) => this.#fitsClient(other));
    if (first === waiting && (this.#bytes === 0 || this.#bytes + bytes <= this.#options.bytes)) return true;
    if (share.heldBytes === 0 || (this.#exceeding !== undefined && this.#exceeding !== share)) return false;
    this.#exceeding = share;
    return true;
  }

  #fitsClient({ share: { client }, bytes }: Waiting): boolean {
    const held = this.#bytesFor(client);
    return held === 0 || held + bytes <= this.#options.bytesPerClient;
  }

  #bytesFor(client: string): number {
    return this.#bytesOf.get(client) ?? 0;
  }

  #add(share: OpenShare, bytes: number): void {
    share.heldBytes += bytes;
    this.#count(share.client, bytes);
  }

  #close(share: OpenShare): void {
    this.#count(share.client, -share.heldBytes);
    share.heldBytes = 0;
    if (this.#exceeding === share) this.#exceeding = undefined;
    this.#wakers.wake();
  }

  #count(client: string, bytes: number): void {
    this.#bytes += bytes;
    const held = this.#bytesFor(client) + bytes;
    if (held === 0) this.#bytesOf.delete(client);
    else this.#bytesOf.set(client, held);
  }
}
