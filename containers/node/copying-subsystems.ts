import type { CopyingNode } from '../../shared/ledger/node-snapshots.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Subsystems } from './subsystems.ts';

export interface CopyingSubsystemsOptions {
  readonly subsystems: Pick<Subsystems, 'config' | 'archiver' | 'worldState'>;
  readonly provingEpochs: () => readonly unknown[];
  readonly log: Logger;
  /** Copies the databases and stores the copies, as Aztec's `uploadSnapshot` does. */
  readonly upload: (
    location: string,
    archiver: Subsystems['archiver'],
    worldState: Subsystems['worldState'],
    config: Subsystems['config'],
  ) => Promise<void>;
}

/** Coppice's own node, which copies its databases as Aztec's does when its operator asks for it. */
export class CopyingSubsystems implements CopyingNode {
  readonly #options: CopyingSubsystemsOptions;
  #isCopying = false;

  constructor(options: CopyingSubsystemsOptions) {
    this.#options = options;
  }

  async isBusy(): Promise<boolean> {
    return this.#options.provingEpochs().length > 0;
  }

  async startSnapshot(location: string): Promise<void> {
    const { subsystems, log, upload } = this.#options;
    const { config, archiver, worldState } = subsystems;
    if (this.#isCopying) throw new Error('the snapshot before it is still being stored');
    this.#isCopying = true;
    void upload(location, archiver, worldState, config)
      .catch((error: unknown) => {
        log.warn({ err: error }, 'a snapshot of the databases could not be stored');
      })
      .finally(() => {
        this.#isCopying = false;
      });
  }
}
