import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import type { Decisions, ScalingDecision } from '../../api/decisions.ts';
import { usePolled } from '../data/polled.ts';
import { useNow } from '../data/server-clock.ts';
import { Panel } from '../parts/panel.tsx';
import { Resource } from '../parts/resource.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { AgentsPlot } from './scaling/agents-plot.tsx';
import { SubmissionDecisions } from './scaling/submission-decisions.tsx';
import { formatDollars } from '../text/format.ts';

const HOURS = [1, 6, 24, 72];
const MOST_ROWS = 100;

/** How many agents there were and should be, and why; and whether roots went to L1. */
export function ScalingView(): JSX.Element {
  const [hours, setHours] = useState(6);
  const [isAll, setAll] = useState(false);
  const decisions = usePolled<Decisions>(`/api/decisions?hours=${hours}`);
  const nowMs = useNow();
  return (
    <>
      <div class="filters">
        <label>
          period
          <select value={hours} onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}>
            {HOURS.map((count) => (
              <option key={count} value={count}>
                {count === 1 ? 'last hour' : `last ${count} hours`}
              </option>
            ))}
          </select>
        </label>
        <label>
          decisions
          <select
            value={isAll ? 'all' : 'changes'}
            onChange={({ currentTarget }) => setAll(currentTarget.value === 'all')}
          >
            <option value="changes">those that changed something</option>
            <option value="all">all</option>
          </select>
        </label>
      </div>
      <Resource polled={decisions} what="the decisions">
        {({ scaling, submissions }) => (
          <>
            {scaling.length === 0 ? (
              <p class="verdict calm">
                No scaling decisions in this period. A fleet on your own machines is not scaled: it runs the agents that
                you start.
              </p>
            ) : (
              <Scaling decisions={scaling} isAll={isAll} nowMs={nowMs} />
            )}
            <SubmissionDecisions decisions={submissions} nowMs={nowMs} />
          </>
        )}
      </Resource>
    </>
  );
}

function Scaling({
  decisions,
  isAll,
  nowMs,
}: {
  readonly decisions: readonly ScalingDecision[];
  readonly isAll: boolean;
  readonly nowMs: number;
}): JSX.Element {
  const lines = useMemo(() => Map.groupBy(decisions, ({ line }) => line ?? ''), [decisions]);
  const listed = decisions.filter(({ isChange }) => isAll || isChange);
  return (
    <>
      {[...lines].map(([line, ofLine]) => (
        <Panel
          key={line}
          title={line === '' ? 'Agents over time' : `Agents of line ${line} over time`}
          note="running (line) and ordered (dashed), by pool; UTC"
        >
          <AgentsPlot decisions={ofLine} />
        </Panel>
      ))}
      <Panel
        title="Scaling decisions"
        note={listed.length > MOST_ROWS ? `the newest ${MOST_ROWS} of ${listed.length}` : 'newest first'}
      >
        {listed.length === 0 ? (
          <p>Nothing was changed in this period.</p>
        ) : (
          <Table
            caption="Scaling decisions"
            columns={[
              { title: 'time' },
              { title: 'agents' },
              { title: 'reason' },
              { title: 'jobs', isNumber: true },
              { title: '$ an hour', isNumber: true },
            ]}
            rows={listed.slice(0, MOST_ROWS).map((decision) => ({
              key: `${decision.atMs} ${decision.line ?? ''}`,
              cells: cellsOf(decision, nowMs),
            }))}
          />
        )}
      </Panel>
    </>
  );
}

function cellsOf(
  { atMs, line, pools, reason, dollarsPerHour }: ScalingDecision,
  nowMs: number,
): readonly (JSX.Element | string)[] {
  const sum = (key: 'waitingJobs' | 'runningJobs'): number => pools.reduce((total, pool) => total + pool[key], 0);
  return [
    <Time atMs={atMs} nowMs={nowMs} />,
    <ul>
      {pools.map((pool) => (
        <li key={pool.pool} class="nowrap">
          {line === undefined ? '' : `${line} `}
          {pool.pool}: {orderOf(pool)} <span class="muted">({pool.running} running)</span>
        </li>
      ))}
    </ul>,
    <>
      {reason}
      <ul class="muted">
        {pools
          .filter((pool) => pool.reason !== '' && pool.reason !== reason)
          .map((pool) => (
            <li key={pool.pool}>
              {pool.pool}: {pool.reason}
            </li>
          ))}
      </ul>
    </>,
    `${sum('waitingJobs')} waiting, ${sum('runningJobs')} running`,
    formatDollars(dollarsPerHour),
  ];
}

/** `4 → 8, 2 of them on demand`. */
function orderOf({ spotBefore, onDemandBefore, spot, onDemand }: ScalingDecision['pools'][number]): string {
  const [before, now] = [spotBefore + onDemandBefore, spot + onDemand];
  const order = before === now ? String(now) : `${before} → ${now}`;
  return onDemand === 0 ? order : `${order}, ${onDemand} of them on demand`;
}
