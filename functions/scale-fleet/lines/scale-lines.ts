import type { LineStanding, LineStandings } from '../../../shared/agent-fleet/line-standing.ts';
import type { EcsNodeServices } from '../../../shared/engine/aws/fleet/ecs-node-services.ts';
import type { CanonicalRollup } from '../../../shared/l1/canonical-rollup.ts';
import type { EpochLedger } from '../../../shared/ledger/epoch-ledger.ts';
import { EPOCHS_IN_NEED } from '../../../shared/ledger/epoch-needs.ts';
import type { Note } from '../../../shared/ledger/notes.ts';
import type { FleetLine } from '../../../shared/proving-job/fleet-line.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';
import { type GroupDecision, scaleFleet, type ScaleFleetDeps } from '../scale-fleet.ts';
import { depsOfLine, type LineRun } from './deps-of-line.ts';
import { isOverdue, judgeLines } from './judge-lines.ts';

/** A line, with what the scaler needs for its agents. */
export interface ScaledLine extends FleetLine {
  readonly deps: ScaleFleetDeps;
}

export interface ScaleLinesDeps {
  /** In the order in which they may spend the hourly budget. */
  readonly lines: readonly ScaledLine[];
  readonly epochs: Pick<EpochLedger, 'latest'>;
  readonly nodes: Pick<EcsNodeServices, 'desired' | 'setDesired'>;
  readonly canonical: Pick<Note<CanonicalRollup>, 'find'>;
  readonly standings: Note<LineStandings>;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * Scales each line by itself, as {@link scaleFleet} does, within one hourly budget, and ends those that are over: agents go with
 * their work, and then the node. What fails for one line does not keep the others from being scaled.
 * @throws {AggregateError} when something failed
 */
export async function scaleLines(deps: ScaleLinesDeps): Promise<readonly GroupDecision[]> {
  const { lines, epochs, nowMs, metrics, log } = deps;
  const [{ value: before, version }, { value: canonical }, latest] = await Promise.all([
    deps.standings.find(),
    deps.canonical.find(),
    epochs.latest(EPOCHS_IN_NEED * lines.length),
  ]);
  const judged = judgeLines({
    lines: lines.map(({ name, version }) => ({ name, version })),
    epochs: latest,
    canonical: canonical?.rollup,
    before: before?.lines ?? [],
    nowMs: nowMs(),
  });
  const failures: unknown[] = [];
  const decided: GroupDecision[] = [];
  const runs: LineRun[] = [];
  const standings: LineStanding[] = [];
  for (const [index, standing] of judged.entries()) {
    const line = lines[index];
    if (line === undefined) throw new Error('unreachable: each line is judged');
    const run: LineRun = { dollarsPerHour: 0, dollarsToday: 0, day: undefined };
    let { agents } = standing;
    let { isNodeStopped } = standing;
    try {
      const groups = await scaleFleet(
        depsOfLine(line.deps, {
          line,
          lines,
          state: standing.state,
          rollup: standing.rollup,
          budget: budgetLeft(line.deps.budget, runs),
          run,
        }),
      );
      if (groups.length > 0) agents = groups.reduce((sum, { desired }) => sum + desired, 0);
      decided.push(...groups);
      isNodeStopped = await settleNode(standing, deps);
    } catch (error) {
      log.error({ err: error, line: line.name }, 'could not scale a version line; the next run tries again');
      failures.push(error);
    }
    runs.push(run);
    standings.push({ ...standing, agents, isNodeStopped });
    reportChange(standing, before, log);
  }
  await deps.standings.replace({ lines: standings }, version);
  metrics.record('LinesOverdue', standings.filter((standing) => isOverdue(standing, nowMs())).length, {});
  const day = runs.find((run) => run.day !== undefined)?.day;
  if (day !== undefined) {
    metrics.record(
      'CostTodayDollars',
      runs.reduce((sum, { dollarsToday }) => sum + dollarsToday, 0),
      {},
      { day },
    );
  }
  if (failures.length > 0)
    throw new AggregateError(failures, 'could not scale some version lines; the next run tries again');
  metrics.record('ScalerRuns', 1, {});
  return decided;
}

function budgetLeft(budget: ScaleFleetDeps['budget'], spent: readonly LineRun[]): ScaleFleetDeps['budget'] {
  const { dollarsPerHour } = budget;
  if (dollarsPerHour === undefined) return budget;
  const left = spent.reduce((dollars, run) => dollars - run.dollarsPerHour, dollarsPerHour);
  return { ...budget, dollarsPerHour: Math.max(0, left) };
}

/**
 * Stops the node of a line that has ended, again after each deployment that starts it, and starts the one that it stopped when the
 * line has work again, as after an upgrade that was taken back.
 * @returns whether the node is stopped
 */
async function settleNode(
  { name, state, isNodeStopped }: LineStanding,
  { nodes, log }: Pick<ScaleLinesDeps, 'nodes' | 'log'>,
): Promise<boolean> {
  const wanted = state === 'ended' ? 0 : 1;
  // A node that a person has stopped stays stopped.
  if (wanted === 1 && !isNodeStopped) return false;
  const desired = await nodes.desired(name);
  if (desired !== undefined && desired !== wanted) {
    await nodes.setDesired(name, wanted);
    log.info(
      { line: name, desired: wanted },
      wanted === 0 ? 'stopped the node of an ended line' : 'started the node again',
    );
  }
  return wanted === 0;
}

function reportChange({ name, state, rollup }: LineStanding, before: LineStandings | undefined, log: Logger): void {
  const was = before?.lines.find((line) => line.name === name)?.state;
  if (was === state) return;
  const about = { line: name, state, ...(rollup !== undefined && { rollup }) };
  if (state === 'draining') log.warn(about, 'the rollup of a version line is no longer canonical: the line drains');
  else if (state === 'ended') log.warn(about, 'a version line has ended: remove it from coppice.config.ts');
  else log.info(about, 'a version line has changed');
}
