import { Turns } from '../../../shared/retry/turns.ts';

export interface BodyTurnsOptions {
  /** Large bodies that are held at a time. */
  readonly atOnce: number;
  /** Those of them that one client may have, so that one client cannot keep all others waiting. */
  readonly atOncePerClient: number;
  /** The bytes of bodies without a turn from which on only a tiny one needs none. */
  readonly smallBytes: number;
}

/**
 * Who may hold a large body in memory. The rest wait, unread: their clients feel it as a slow network, and the memory of
 * the broker stays the same however many of them there are.
 */
export class BodyTurns {
  readonly #all: Turns;
  readonly #perClient: number;
  readonly #mostSmallBytes: number;
  readonly #clients = new Map<string, { readonly turns: Turns; users: number }>();

  #smallBytes = 0;

  constructor({ atOnce, atOncePerClient, smallBytes }: BodyTurnsOptions) {
    this.#all = new Turns(atOnce);
    this.#perClient = atOncePerClient;
    this.#mostSmallBytes = smallBytes;
  }

  /** Whether bodies without a turn take the memory that there is for them. */
  get areSmallOnesMany(): boolean {
    return this.#smallBytes >= this.#mostSmallBytes;
  }

  /** Counts bytes of bodies without a turn. @param bytes negative once they have left memory, or have a turn */
  countSmall(bytes: number): void {
    this.#smallBytes += bytes;
  }

  /** Waits for a turn. @returns gives it back; safe to call twice */
  async take(client: string): Promise<() => void> {
    const own = this.#clients.get(client) ?? { turns: new Turns(this.#perClient), users: 0 };
    this.#clients.set(client, own);
    own.users += 1;
    const { promise: taken, resolve: onTaken } = Promise.withResolvers<undefined>();
    const { promise: done, resolve: giveBack } = Promise.withResolvers<undefined>();
    void own.turns
      .take(() =>
        this.#all.take(async () => {
          onTaken(undefined);
          await done;
        }),
      )
      .then(() => {
        own.users -= 1;
        if (own.users === 0) this.#clients.delete(client);
      });
    await taken;
    return () => giveBack(undefined);
  }
}
