import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { WireJobId } from '../../../shared/broker-api/wire-job-id.ts';
import type { WireLease } from '../../../shared/broker-api/wire-types.ts';
import { pause } from '../../../shared/retry/pause.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { HeartbeatThread } from '../run-loop.ts';
import type { BrokerThreadData, BrokerThreadEvent, BrokerThreadRequest } from './heartbeat-messages.ts';

/** A job of which the thread tells the broker that it is being proven. */
export interface KeptJob {
  /** Aborts when the broker has given the agent another job in its place. */
  readonly lost: AbortSignal;
  /** Stops the reports; resolves when none is under way, so that none follows a report of the job's end. */
  drop(): Promise<void>;
}

export interface BrokerHeartbeatsDeps {
  readonly log: Logger;
  /** Called when the thread dies: no job can be kept any more. */
  readonly onFailed: (error: unknown) => void;
  /** Called with a job that came in answer to a report. */
  readonly onOffered: (lease: WireLease) => void;
}

interface Entry {
  readonly lost: AbortController;
  onDropped: () => void;
}

/** The main thread's side of the thread that reports progress to a broker. */
export class BrokerHeartbeats implements HeartbeatThread {
  readonly #thread: Worker;
  readonly #deps: BrokerHeartbeatsDeps;
  readonly #entries = new Map<number, Entry>();
  readonly #exited: Promise<unknown>;
  #lastKey = 0;

  constructor(data: BrokerThreadData, deps: BrokerHeartbeatsDeps) {
    this.#deps = deps;
    const program = new URL('./broker-heartbeat-thread.ts', import.meta.url);
    this.#thread = new Worker(program, { workerData: data, execArgv: [] });
    this.#thread.on('error', deps.onFailed);
    this.#thread.on('message', (event: BrokerThreadEvent) => this.#handle(event));
    this.#exited = once(this.#thread, 'exit').catch(() => undefined);
  }

  /** @param startedAtMs the broker's time, as it came with the job */
  keep(jobId: WireJobId, startedAtMs: number): KeptJob {
    const key = ++this.#lastKey;
    const entry: Entry = { lost: new AbortController(), onDropped: () => undefined };
    this.#entries.set(key, entry);
    this.#post({ kind: 'keep', key, jobId, startedAtMs });
    let dropped: Promise<void> | undefined;
    return { lost: entry.lost.signal, drop: () => (dropped ??= this.#drop(key, entry)) };
  }

  /** A broker has no registry of agents. */
  report(): void {
    return undefined;
  }

  async stop(_agent: unknown, timeoutMs: number): Promise<void> {
    this.#post({ kind: 'stop' });
    const enough = new AbortController();
    await Promise.race([this.#exited, pause(timeoutMs, enough.signal)]);
    enough.abort();
    await this.#thread.terminate();
  }

  async #drop(key: number, entry: Entry): Promise<void> {
    const dropped = new Promise<void>((resolve) => (entry.onDropped = resolve));
    this.#post({ kind: 'drop', key });
    await Promise.race([dropped, this.#exited]);
    this.#entries.delete(key);
  }

  #handle(event: BrokerThreadEvent): void {
    switch (event.kind) {
      case 'replaced':
        this.#deps.onOffered(event.next);
        this.#entries.get(event.key)?.lost.abort('the broker has given the agent another job in its place');
        return;
      case 'dropped':
        this.#entries.get(event.key)?.onDropped();
        return;
      case 'problem':
        this.#deps.log.warn({ problem: event.message }, 'progress not reported');
    }
  }

  #post(request: BrokerThreadRequest): void {
    this.#thread.postMessage(request);
  }
}
