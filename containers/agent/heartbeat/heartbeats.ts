import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { pause } from '../../../shared/retry/pause.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { HeartbeatEvent, HeartbeatRequest, HeartbeatThreadData } from './heartbeat-messages.ts';
import type { LeasePair } from './lease-keeper.ts';

/** Leases that the heartbeat thread keeps alive. */
export interface KeptLeases {
  /** As last extended. */
  readonly leases: LeasePair;
  /** Aborts when this agent has lost the job. */
  readonly lost: AbortSignal;
  /** Stops the heartbeats; resolves when none is under way, so that none follows a later release. */
  drop(): Promise<void>;
}

interface Entry {
  leases: LeasePair;
  readonly lost: AbortController;
  onDropped: () => void;
}

/** Changes of the agent's record within this time cross to the thread as one: an agent with quick proofs makes many. */
const GATHER_MS = 50;
/** How long an agent that stops right away waits for the thread to begin, so that it can report why it stops. */
const BEGIN_MS = 5_000;

/** The main thread's side of the heartbeat thread. */
export class Heartbeats {
  readonly #thread: Worker;
  readonly #entries = new Map<number, Entry>();
  readonly #exited: Promise<unknown>;
  readonly #begun = Promise.withResolvers<undefined>();
  #lastKey = 0;
  #agent: AgentRecord | undefined;
  #reporting: NodeJS.Timeout | undefined;

  /** @param onFailed called when the thread dies: no lease can be kept any more. */
  constructor(data: HeartbeatThreadData, log: Logger, onFailed: (error: unknown) => void) {
    this.#thread = new Worker(new URL('./heartbeat-thread.ts', import.meta.url), { workerData: data, execArgv: [] });
    this.#thread.on('error', onFailed);
    this.#thread.on('message', (event: HeartbeatEvent) => this.#handle(event, log));
    this.#exited = once(this.#thread, 'exit').catch(() => undefined);
  }

  /** Extends both leases until they are dropped or lost, and at the latest until `untilMs`. */
  keep(leases: LeasePair, untilMs: number): KeptLeases {
    const key = ++this.#lastKey;
    const entry: Entry = { leases, lost: new AbortController(), onDropped: () => undefined };
    this.#entries.set(key, entry);
    this.#post({ kind: 'keep', key, leases, untilMs });
    let dropped: Promise<void> | undefined;
    return {
      get leases() {
        return entry.leases;
      },
      lost: entry.lost.signal,
      drop: () => (dropped ??= this.#drop(key, entry)),
    };
  }

  /** Whether the job's leases have been kept and not been dropped. */
  isKept(jobId: ProvingJobId): boolean {
    return [...this.#entries.values()].some(({ leases }) => leases.jobLease.jobId === jobId);
  }

  /** Writes the record soon, and again with every heartbeat. */
  report(agent: AgentRecord): void {
    this.#agent = agent;
    this.#reporting ??= setTimeout(() => {
      this.#reporting = undefined;
      if (this.#agent !== undefined) this.#post({ kind: 'report', agent: this.#agent });
    }, GATHER_MS);
  }

  /** Writes `agent` as the final record and ends the thread. @param timeoutMs how long that may take once it has begun */
  async stop(agent: AgentRecord, timeoutMs: number): Promise<void> {
    clearTimeout(this.#reporting);
    this.#post({ kind: 'stop', agent });
    await this.#ended(BEGIN_MS, this.#begun.promise);
    await this.#ended(timeoutMs);
    await this.#thread.terminate();
  }

  /** Resolves when the thread has ended, when one of `orDone` resolves, or after `ms`. */
  async #ended(ms: number, ...orDone: readonly Promise<undefined>[]): Promise<void> {
    const enough = new AbortController();
    await Promise.race([this.#exited, ...orDone, pause(ms, enough.signal)]);
    enough.abort();
  }

  async #drop(key: number, entry: Entry): Promise<void> {
    const dropped = new Promise<void>((resolve) => (entry.onDropped = resolve));
    this.#post({ kind: 'drop', key });
    await Promise.race([dropped, this.#exited]);
    this.#entries.delete(key);
  }

  #handle(event: HeartbeatEvent, log: Logger): void {
    switch (event.kind) {
      case 'begun':
        this.#begun.resolve(undefined);
        return;
      case 'extended': {
        const entry = this.#entries.get(event.key);
        if (entry !== undefined) entry.leases = event.leases;
        return;
      }
      case 'lost':
        this.#entries.get(event.key)?.lost.abort(event.reason);
        return;
      case 'dropped':
        this.#entries.get(event.key)?.onDropped();
        return;
      case 'problem':
        log.warn({ problem: event.message }, 'heartbeat problem');
    }
  }

  #post(request: HeartbeatRequest): void {
    this.#thread.postMessage(request);
  }
}
