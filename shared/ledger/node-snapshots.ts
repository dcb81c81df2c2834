import { repeatEvery } from '../retry/repeat-every.ts';
import { errorText } from '../telemetry/error-text.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Notes } from './notes.ts';
import { SnapshotTimes } from './snapshot-times.ts';

/** A node that can copy its databases. */
export interface CopyingNode {
  /** Whether it proves or submits an epoch; `undefined` when it is not there yet. */
  isBusy(signal: AbortSignal): Promise<boolean | undefined>;
  /**
   * Has it copy its databases and store them there, which goes on after the call.
   * @throws when it has not caught up yet, or copies them already
   */
  startSnapshot(location: string, signal: AbortSignal): Promise<void>;
}

export interface NodeSnapshotsOptions {
  /** Where the node stores them: a URL of Aztec's file stores, such as `s3://bucket/snapshots`. */
  readonly location: string;
  readonly everyMs: number;
}

export interface NodeSnapshotsDeps {
  readonly node: CopyingNode;
  readonly engine: { readonly notes: Notes };
  readonly networkVersion: string;
  readonly log: Logger;
  readonly nowMs: () => number;
}

const CHECK_MS = 60_000;
/** The node stands still while it copies its databases, so it does that between two epochs; it waits no longer for that. */
const PATIENCE_MS = 3_600_000;

/**
 * Has a node store a snapshot of its databases now and then. A node whose volume is gone begins with the newest that
 * it finds, and has hours to catch up with instead of days: the networks publish theirs when they like.
 */
export class NodeSnapshots {
  readonly #options: NodeSnapshotsOptions;
  readonly #deps: NodeSnapshotsDeps;
  readonly #times: SnapshotTimes;
  #failure: string | undefined;

  constructor(options: NodeSnapshotsOptions, deps: NodeSnapshotsDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#times = new SnapshotTimes(deps.engine.notes, deps.networkVersion);
  }

  /** Takes snapshots until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await repeatEvery(
      CHECK_MS,
      () =>
        this.takeIfDue(signal).catch((error: unknown) => {
          if (!signal.aborted) this.#warnOnce(error);
        }),
      signal,
    );
  }

  /** Passes on what the node refuses, and what the engine throws. */
  async takeIfDue(signal: AbortSignal): Promise<void> {
    const { node, log, nowMs } = this.#deps;
    const { location, everyMs } = this.#options;
    const lateMs = (await this.#times.ageMs(nowMs())) - everyMs;
    if (lateMs < 0) return;
    const isBusy = await node.isBusy(signal);
    if (isBusy === undefined || (isBusy && lateMs < PATIENCE_MS)) return;
    await node.startSnapshot(location, signal);
    await this.#times.noteBegun(nowMs());
    this.#failure = undefined;
    log.info({ location }, 'the node stores a snapshot of its databases');
  }

  #warnOnce(error: unknown): void {
    const failure = errorText(error);
    if (failure === this.#failure) return;
    this.#failure = failure;
    this.#deps.log.warn({ err: error }, 'the node stores no snapshot of its databases yet');
  }
}
