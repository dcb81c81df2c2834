import type { Engine } from '../../../shared/engine/engine.ts';
import { SnapshotTimes } from '../../../shared/ledger/snapshot-times.ts';
import { repeatEvery } from '../../../shared/retry/repeat-every.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { OfficialNode } from './official-node.ts';
import { stageOf } from './session-stage.ts';

export interface NodeSnapshotsOptions {
  /** Where the node stores them: a URL of Aztec's file stores, such as `s3://bucket/snapshots`. */
  readonly location: string;
  readonly everyMs: number;
}

export interface NodeSnapshotsDeps {
  readonly node: Pick<OfficialNode, 'view' | 'startSnapshot'>;
  readonly engine: Pick<Engine, 'notes'>;
  readonly networkVersion: string;
  readonly log: Logger;
  readonly nowMs: () => number;
}

const CHECK_MS = 60_000;
/** The node stands still while it copies its databases, so it does that between two sessions; it waits no longer for that. */
const PATIENCE_MS = 3_600_000;

/**
 * Has the official node store a snapshot of its databases now and then. A node whose volume is gone begins with the newest that
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
    const { sessions } = await node.view(signal);
    if (sessions === undefined) return;
    const isBusy = sessions.some(({ state }) => ['proving', 'submitting'].includes(stageOf(state)));
    if (isBusy && lateMs < PATIENCE_MS) return;
    await node.startSnapshot(location, signal);
    await this.#times.noteBegun(nowMs());
    this.#failure = undefined;
    log.info({ location }, 'the official node stores a snapshot of its databases');
  }

  #warnOnce(error: unknown): void {
    const failure = errorText(error);
    if (failure === this.#failure) return;
    this.#failure = failure;
    this.#deps.log.warn({ err: error }, 'the official node stores no snapshot of its databases yet');
  }
}
