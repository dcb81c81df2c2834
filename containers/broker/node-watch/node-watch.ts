import type { Engine } from '../../../shared/engine/engine.ts';
import { reportIncident } from '../../../shared/ledger/report-incident.ts';
import type { JobTally } from '../../../shared/ledger/job-ledger.ts';
import { isRootProven } from '../../../shared/ledger/job-tally.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { LineTroubleKind, noteWatchedNode } from '../../../shared/ledger/watched-nodes.ts';
import { EpochNumber, makeEpochId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { isWithin } from '../../../shared/retry/is-within.ts';
import { repeatEvery } from '../../../shared/retry/repeat-every.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';
import type { BrokerLine } from '../broker-deps.ts';
import type { L1Rollup, OpenEpoch } from '../l1/l1-rollup.ts';
import { type EpochToProve, findTroubles } from './find-troubles.ts';
import { type LastingTrouble, LastingTroubles } from './lasting-troubles.ts';
import type { NodeView, OfficialNode } from './official-node.ts';
import { stageOf } from './session-stage.ts';

export interface NodeWatchDeps {
  readonly line: BrokerLine;
  readonly node: Pick<OfficialNode, 'view'>;
  readonly engine: Pick<Engine, 'jobs' | 'agents' | 'incidents' | 'notes'>;
  /** `undefined` where L1 is not known. */
  readonly l1: Pick<L1Rollup, 'firstOpenEpoch' | 'firstUnprovenEpoch' | 'leastBalanceEth'> | undefined;
  /** The rollup that the registry names now; `undefined` where L1 is not known. */
  readonly readCanonical: (() => Promise<RollupId>) | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs: () => number;
}

const EVERY_MS = 30_000;
/** A network changes its rollup some times a year, and announces it. */
const CANONICAL_MS = 600_000;
const AGENTS_SEEN_WITHIN_SECONDS = 120;

/** What L1 said last. */
interface SeenL1 {
  readonly epoch: OpenEpoch | undefined;
  readonly balanceEth: number | undefined;
}

/**
 * Watches an official node and its line: what the node does with each epoch, what L1 still waits for, who runs in vain. Reports
 * what is wrong in the log, as incident and as metric, and notes it all for `coppice status`.
 */
export class NodeWatch {
  readonly #deps: NodeWatchDeps;
  readonly #troubles = new LastingTroubles();
  /** Epochs for which the node has had a session that was not over. */
  readonly #taken = new Set<number>();
  #seen: SeenL1 = { epoch: undefined, balanceEth: undefined };
  #isRetired = false;
  #canonicalReadAtMs = -Infinity;

  constructor(deps: NodeWatchDeps) {
    this.#deps = deps;
  }

  /** Watches until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await repeatEvery(
      EVERY_MS,
      () =>
        this.watch(signal).catch((error: unknown) => {
          if (!signal.aborted) this.#deps.log.warn({ err: error }, 'could not watch the official node');
        }),
      signal,
    );
  }

  /** Once. Passes on what the engine throws. */
  async watch(signal: AbortSignal): Promise<void> {
    const { line, node, engine, l1, metrics, nowMs, steadyMs } = this.#deps;
    const [view] = await Promise.all([node.view(signal), this.#readL1(), this.#readCanonical()]);
    if (signal.aborted) return;
    const { balanceEth } = this.#seen;
    const agents = await engine.agents.seenWithin(AGENTS_SEEN_WITHIN_SECONDS);
    const found = findTroubles({
      line,
      node: view,
      epoch: await this.#epochToProve(view),
      isL1Known: l1 !== undefined,
      isRetired: this.#isRetired,
      agents: agents.filter(
        ({ networkVersion, state }) => networkVersion === line.networkVersion && state !== 'stopped',
      ).length,
      balanceEth,
      nowMs: nowMs(),
    });
    const { lasting, begun, ended } = this.#troubles.update(found, nowMs(), steadyMs());
    for (const trouble of LineTroubleKind.options) {
      metrics.record('LineTroubles', lasting.some(({ kind }) => kind === trouble) ? 1 : 0, { trouble });
    }
    if (balanceEth !== undefined) metrics.record('PublisherBalanceEth', balanceEth, {});
    await this.#report(begun, ended);
    await noteWatchedNode(engine.notes, {
      ...line,
      readAtMs: nowMs(),
      sessions: [...(view.sessions ?? [])],
      ...(view.problem !== undefined && { problem: view.problem }),
      ...(balanceEth !== undefined && { balanceEth }),
      troubles: [...lasting],
    });
  }

  /** While L1 does not respond, what it said before holds. */
  async #readL1(): Promise<void> {
    const { l1, log } = this.#deps;
    if (l1 === undefined) return;
    try {
      const [epoch, balanceEth] = await Promise.all([l1.firstOpenEpoch(), l1.leastBalanceEth()]);
      this.#seen = { epoch, balanceEth };
    } catch (error) {
      log.debug({ err: error }, 'could not read L1 to watch the official node');
    }
  }

  /** A rollup without proven epochs is not retired: its time is still to come. */
  async #readCanonical(): Promise<void> {
    const { line, l1, readCanonical, steadyMs, log } = this.#deps;
    if (readCanonical === undefined || isWithin(CANONICAL_MS, this.#canonicalReadAtMs, steadyMs())) return;
    try {
      this.#isRetired = (await readCanonical()) !== line.rollup && (await l1?.firstUnprovenEpoch()) !== undefined;
      this.#canonicalReadAtMs = steadyMs();
    } catch (error) {
      log.debug({ err: error }, 'could not read which rollup is canonical');
    }
  }

  async #epochToProve({ sessions = [] }: NodeView): Promise<EpochToProve | undefined> {
    const { epoch } = this.#seen;
    for (const session of sessions) if (stageOf(session.state) !== 'ended') this.#taken.add(session.epoch);
    if (epoch === undefined) return undefined;
    for (const taken of this.#taken) if (taken < epoch.epoch) this.#taken.delete(taken);
    const isProving = sessions.some((session) => session.epoch === epoch.epoch && stageOf(session.state) === 'proving');
    // While the node proves, its jobs say nothing more, and counting them on AWS reads the keys of all.
    const id = makeEpochId(this.#deps.line.rollup, EpochNumber.parse(epoch.epoch));
    const tally: JobTally = isProving ? new Map() : await this.#deps.engine.jobs.tally(id, STREAMED_RANGE);
    return {
      ...epoch,
      rejectedJobs: tally.values().reduce((sum, { rejected }) => sum + rejected, 0),
      isRootProven: isRootProven(tally),
      hasLostSession: this.#taken.has(epoch.epoch),
    };
  }

  async #report(begun: readonly LastingTrouble[], ended: readonly LineTroubleKind[]): Promise<void> {
    const { line, log } = this.#deps;
    for (const { kind, message } of begun) {
      log.error({ trouble: kind }, message);
      const subject = `node ${line.networkVersion}`;
      await reportIncident(this.#deps, { kind: 'line-trouble', subject, message: `${kind}: ${message}` });
    }
    for (const kind of ended) log.info({ trouble: kind }, 'the trouble is over');
  }
}
