import type { FileStore } from '@aztec/stdlib/file-store';

/**
 * The stores that official nodes and agents name with `PROVER_PROOF_STORE`: `s3://`, `gs://` and `file://`, read and written
 * by Aztec's own code.
 */
export class AztecFileStores {
  readonly #own: string | undefined;
  readonly #stores = new Map<string, Promise<FileStore>>();

  /** @param own the `PROVER_PROOF_STORE` of this process, which may name an endpoint beside the bucket */
  constructor(own?: string) {
    this.#own = own;
  }

  /** Reads what an official node or agent has put there. */
  async read(uri: string): Promise<Uint8Array> {
    const { protocol, host } = new URL(uri);
    const own = this.#own === undefined ? undefined : new URL(this.#own);
    const isOwn = own?.protocol === protocol && own.host === host;
    const store = await this.#open(isOwn && this.#own !== undefined ? this.#own : `${protocol}//${host}/`);
    return store.read(uri);
  }

  /** Puts an object into the store of this process. @returns its URI; `undefined` when there is no such store */
  async save(key: string, bytes: Uint8Array): Promise<string | undefined> {
    if (this.#own === undefined) return undefined;
    return (await this.#open(this.#own)).save(key, Buffer.from(bytes));
  }

  async #open(config: string): Promise<FileStore> {
    const open = async (): Promise<FileStore> => {
      const { createFileStore } = await import('@aztec/stdlib/file-store');
      return createFileStore(config);
    };
    const opening = this.#stores.get(config) ?? open();
    this.#stores.set(config, opening);
    // A store that could not be opened is opened again by the next call.
    opening.catch(() => this.#stores.delete(config));
    return opening;
  }
}
