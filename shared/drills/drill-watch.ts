import type { AgentId } from '../ledger/job-ledger.ts';
import type { Note } from '../ledger/notes.ts';
import type { ProvingJobId } from '../proving-job/proving-job-id.ts';
import { pause } from '../retry/pause.ts';
import { repeatEvery } from '../retry/repeat-every.ts';
import type { Logger } from '../telemetry/logger.ts';
import { changeDrill } from './drill-lock.ts';
import { type DrillRecord, type Fault, faultLeftMs, type TakenFault } from './drill-record.ts';

export interface DrillWatchDeps {
  readonly note: Note<DrillRecord>;
  /** This process, for people: its part, host and process id. */
  readonly program: string;
  /** Between two reads of the record, see {@link DRILL_POLL_MS}. */
  readonly pollMs: number;
  readonly nowMs: () => number;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
}

interface RpcFault {
  /** The drill's. */
  readonly id: string;
  failedRequests: number;
  recoveredAtMs?: number;
  isReported: boolean;
}

/** By engine: on AWS a read costs half a unit, about a cent per month for each process that allows drills. */
export const DRILL_POLL_MS = { embedded: 1_000, aws: 5_000 } as const;
/** How soon a delay ends once the record says so. */
const DELAY_STEP_MS = 500;

/**
 * Makes a process obey drills: it exists only where `COPPICE_DRILLS` allows them. Every fault is taken by one process, ends by
 * itself, and is in the log as a warning.
 */
export class DrillWatch {
  readonly #deps: DrillWatchDeps;
  #record: DrillRecord | undefined;
  /** The fault of L1 that this process has taken. */
  #rpcFault: RpcFault | undefined;
  #mayFailRpc = false;
  #dyingAgent: { readonly agentId: AgentId; readonly die: () => void } | undefined;

  constructor(deps: DrillWatchDeps) {
    this.#deps = deps;
  }

  /** Polls for drills until `signal` aborts. Tries again when the engine fails. */
  async run(signal: AbortSignal): Promise<void> {
    const { program, pollMs, log } = this.#deps;
    log.warn({ program }, 'DRILLS ARE ALLOWED (COPPICE_DRILLS): coppice drill may inject faults into this process');
    await repeatEvery(
      pollMs,
      () =>
        this.poll().catch((error: unknown) => log.debug({ err: error }, 'could not check for a drill; trying again')),
      signal,
    );
  }

  /** Reads the record once, and does what it asks of this process. */
  async poll(): Promise<void> {
    this.#record = (await this.#deps.note.find()).value;
    if (this.#leftMs('kill-agent') > 0) await this.#dieIfNamed();
    if (this.#mayFailRpc && this.#leftMs('fail-rpc') > 0) await this.#takeRpcFault();
    await this.#reportRpcFault();
  }

  /** Ends this process as if it were killed when a drill names its agent. @param die ends the process without any clean-up */
  obeyKill(agentId: AgentId, die: () => void): void {
    this.#dyingAgent = { agentId, die };
  }

  /** Makes requests to the first of this process's L1 URLs fail in drills. */
  obeyRpcFaults(): RpcFaults {
    this.#mayFailRpc = true;
    return {
      failsNow: () => {
        const fault = this.#rpcFault;
        if (fault === undefined || !this.#lasts(fault)) return false;
        fault.failedRequests += 1;
        return true;
      },
      succeeded: () => {
        const fault = this.#rpcFault;
        if (fault !== undefined && !this.#lasts(fault)) fault.recoveredAtMs ??= this.#deps.nowMs();
      },
    };
  }

  /** Waits as long as a drill has a settlement delayed, if no other was delayed for it yet. */
  async delaySettlement(jobId: ProvingJobId): Promise<void> {
    if (this.#leftMs('delay-settlement') === 0) return;
    const record = await this.#take({ jobId });
    if (record === undefined) return;
    const { nowMs, log } = this.#deps;
    const seconds = Math.ceil(faultLeftMs(record, nowMs()) / 1000);
    log.warn({ drill: record.id, jobId, seconds }, 'DRILL: the settlement of this job is delayed');
    // The record may end before its time; this process's own clock ends the delay when the engine does not respond.
    const startedAtMs = performance.now();
    const isOver = (): boolean =>
      performance.now() - startedAtMs >= seconds * 1000 || this.#leftMs('delay-settlement', true) === 0;
    while (!isOver()) await pause(Math.min(DELAY_STEP_MS, Math.max(1, faultLeftMs(record, nowMs()))));
    log.warn({ drill: record.id, jobId }, 'DRILL: the delay is over');
  }

  async #dieIfNamed(): Promise<void> {
    const { agentId, die } = this.#dyingAgent ?? {};
    if (agentId === undefined || this.#record?.agentId !== agentId) return;
    const record = await this.#take({});
    if (record === undefined) return;
    this.#deps.log.warn({ drill: record.id, agentId }, 'DRILL: this process ends now, as if it were killed');
    die?.();
  }

  async #takeRpcFault(): Promise<void> {
    const record = await this.#take({ failedRequests: 0 });
    if (record === undefined) return;
    this.#rpcFault = { id: record.id, failedRequests: 0, isReported: false };
    const seconds = Math.ceil(faultLeftMs(record, this.#deps.nowMs()) / 1000);
    this.#deps.log.warn({ drill: record.id, seconds }, 'DRILL: requests to the first L1 RPC URL fail');
  }

  #lasts({ id }: RpcFault): boolean {
    return this.#record?.id === id && this.#leftMs('fail-rpc', true) > 0;
  }

  /** Once the fault is over and a request has succeeded since. */
  async #reportRpcFault(): Promise<void> {
    const fault = this.#rpcFault;
    if (fault?.recoveredAtMs === undefined || fault.isReported) return;
    const { id, failedRequests, recoveredAtMs } = fault;
    await changeDrill(
      this.#deps.note,
      id,
      (record) => record.taken && { ...record, taken: { ...record.taken, failedRequests, recoveredAtMs } },
    );
    fault.isReported = true;
    this.#deps.log.warn({ drill: id, failedRequests }, 'DRILL: requests to the first L1 RPC URL succeed again');
  }

  /** How long that fault still lasts, in milliseconds; of one that a process has taken, 0 unless `whenTaken`. */
  #leftMs(fault: Fault, whenTaken = false): number {
    const record = this.#record;
    if (record?.fault !== fault || (record.taken !== undefined && !whenTaken)) return 0;
    return faultLeftMs(record, this.#deps.nowMs());
  }

  /** @returns the record, unless another process was first */
  async #take(about: Pick<TakenFault, 'jobId' | 'failedRequests'>): Promise<DrillRecord | undefined> {
    const { note, program, nowMs } = this.#deps;
    const seen = this.#record;
    if (seen === undefined) return undefined;
    const taken = await changeDrill(note, seen.id, (record) =>
      record.taken !== undefined || faultLeftMs(record, nowMs()) === 0
        ? undefined
        : { ...record, taken: { by: program, atMs: nowMs(), ...about } },
    );
    this.#record = taken ?? this.#record;
    return taken;
  }
}

/** What an L1 client asks of drills. */
export interface RpcFaults {
  /** Whether this request must fail. */
  readonly failsNow: () => boolean;
  /** A request has succeeded that could have failed. */
  readonly succeeded: () => void;
}
