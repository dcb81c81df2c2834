import type { JSX } from 'preact';

import { formatDuration } from '../../../terminal/format-duration.ts';
import type { Agent, Agents } from '../../api/agents.ts';
import { usePolled } from '../data/polled.ts';
import { epochPath } from '../data/route.ts';
import { useNow } from '../data/server-clock.ts';
import { Circuit } from '../parts/circuit.tsx';
import { Link } from '../parts/link.tsx';
import { Panel } from '../parts/panel.tsx';
import { Resource } from '../parts/resource.tsx';
import { ShareBar } from '../parts/share-bar.tsx';
import { Table } from '../parts/table.tsx';
import { formatCount, plural } from '../text/format.ts';

/** Each agent: what it proves, for how long, and how busy it is. */
export function AgentsView(): JSX.Element {
  const agents = usePolled<Agents>('/api/agents');
  const nowMs = useNow();
  return (
    <Resource polled={agents} what="the agents">
      {({ agents: read }) =>
        read.length === 0 ? (
          <p class="verdict calm">
            No agent has been seen for two minutes. Start an agent on your own machine with{' '}
            <code>coppice start --prover-agent</code>; on AWS the scaler starts them when an epoch opens.
          </p>
        ) : (
          <Panel title={summaryOf(read)} note="seen in the last two minutes">
            <Table
              caption="Agents"
              columns={[
                { title: 'agent' },
                { title: 'state' },
                { title: 'proves' },
                { title: 'for', isNumber: true },
                { title: 'usually', isNumber: true },
                { title: 'busy' },
                { title: 'proven', isNumber: true },
                { title: 'pools' },
                { title: 'up for', isNumber: true },
                { title: 'seen', isNumber: true },
                { title: 'Aztec', isWide: true },
              ]}
              rows={read.toSorted(byState).map((agent) => ({ key: agent.agentId, cells: cellsOf(agent, nowMs) }))}
            />
          </Panel>
        )
      }
    </Resource>
  );
}

function summaryOf(agents: readonly Agent[]): string {
  const count = (state: Agent['state']): number => agents.filter((agent) => agent.state === state).length;
  const parts = (['proving', 'idle', 'starting', 'draining', 'stopped'] as const)
    .map((state) => ({ state, agents: count(state) }))
    .filter(({ agents: some }) => some > 0)
    .map(({ state, agents: some }) => `${some} ${state}`);
  return `${plural(agents.length, 'agent')}: ${parts.join(', ')}`;
}

/** Those that cannot work first, then the ones that prove for longest. */
function byState(a: Agent, b: Agent): number {
  const since = ({ job }: Agent): number => job?.sinceMs ?? Infinity;
  return (
    Number(b.note !== undefined) - Number(a.note !== undefined) ||
    since(a) - since(b) ||
    a.agentId.localeCompare(b.agentId)
  );
}

/** A job that takes this many times as long as usual is worth checking. */
const OVERDUE = 3;
const LEAST_MS = 10_000;

function cellsOf(agent: Agent, nowMs: number): readonly (JSX.Element | string)[] {
  const {
    agentId,
    hostname,
    state,
    job,
    busyShare,
    jobsProven,
    pools,
    startedAtMs,
    lastSeenAtMs,
    networkVersion,
    note,
  } = agent;
  const forMs = job?.sinceMs === undefined ? undefined : nowMs - job.sinceMs;
  const usualMs = job?.usualSeconds === undefined ? undefined : 1000 * job.usualSeconds;
  const isOverdue = forMs !== undefined && forMs > OVERDUE * Math.max(LEAST_MS, usualMs ?? Infinity);
  return [
    <>
      {agentId}
      {!agentId.startsWith(hostname) && <span class="muted"> on {hostname}</span>}
    </>,
    <>
      {state}
      {note !== undefined && <p class="busy">{note}</p>}
    </>,
    job === undefined ? (
      '–'
    ) : (
      <>
        <Link to={epochPath(job.epochId, job.jobId)}>
          <Circuit name={job.circuit} />
        </Link>{' '}
        <span class="muted">of epoch {job.epochName}</span>
      </>
    ),
    forMs === undefined ? '–' : <span class={isOverdue ? 'bad' : undefined}>{formatDuration(forMs)}</span>,
    usualMs === undefined ? '–' : formatDuration(usualMs),
    busyShare === undefined ? '–' : <ShareBar share={busyShare} what={`busy share of ${agentId}`} />,
    formatCount(jobsProven),
    pools.join(', '),
    formatDuration(nowMs - startedAtMs),
    `${formatDuration(nowMs - lastSeenAtMs)} ago`,
    networkVersion,
  ];
}
