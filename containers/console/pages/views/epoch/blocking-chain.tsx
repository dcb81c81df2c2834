import type { JSX } from 'preact';

import { formatDuration } from '../../../../terminal/format-duration.ts';
import type { EpochDetails } from '../../../api/epoch.ts';
import type { BlockingStep } from '../../../api/prediction.ts';
import { epochPath } from '../../data/route.ts';
import { Circuit } from '../../parts/circuit.tsx';
import { Duration } from '../../parts/duration.tsx';
import { Link } from '../../parts/link.tsx';
import { Panel } from '../../parts/panel.tsx';
import { State } from '../../parts/state.tsx';
import { Table } from '../../parts/table.tsx';

/** The jobs that the root waits for, one after the other. */
export function BlockingChain({
  details,
  nowMs,
}: {
  readonly details: EpochDetails;
  readonly nowMs: number;
}): JSX.Element {
  const { chain, epoch, submission, atMs } = details;
  if (chain.length === 0) {
    const text =
      submission?.reason ?? (epoch.state === 'submitting' ? 'the transaction of its root is to be mined' : 'nothing');
    return (
      <Panel title="Waits for">
        <p>{text}</p>
      </Panel>
    );
  }
  return (
    <Panel title="Waits for" note="job by job, as things usually go; the root is last">
      <Table
        caption="Jobs that the root waits for"
        columns={[
          { title: 'circuit' },
          { title: 'state' },
          { title: 'agent' },
          { title: 'takes' },
          { title: 'done in', isNumber: true },
        ]}
        rows={chain.map((step, place) => ({ key: place, cells: cellsOf(step, epoch.id, (nowMs - atMs) / 1000) }))}
      />
    </Panel>
  );
}

function cellsOf(step: BlockingStep, epoch: string, sinceSeconds: number): readonly (JSX.Element | string)[] {
  const { circuit, state, jobId, agentId, pool, waitsForAgentSeconds = 0, startsInSeconds, endsInSeconds } = step;
  return [
    jobId === undefined ? (
      <Circuit name={circuit} />
    ) : (
      <Link to={epochPath(epoch, jobId)}>
        <Circuit name={circuit} />
      </Link>
    ),
    <State standing={state} />,
    <>
      {agentId ?? <span class="muted">pool {pool}</span>}
      {waitsForAgentSeconds >= 1 && (
        <>
          , waits <Duration seconds={waitsForAgentSeconds} /> for it
        </>
      )}
    </>,
    timeOf(step, sinceSeconds),
    startsInSeconds === undefined ? (
      <span class="bad">no agent</span>
    ) : (
      formatDuration(1000 * ((endsInSeconds ?? 0) - sinceSeconds))
    ),
  ];
}

function timeOf({ state, runningSeconds, usualSeconds }: BlockingStep, sinceSeconds: number): JSX.Element {
  return (
    <>
      {state === 'running' && (
        <>
          <Duration seconds={runningSeconds + sinceSeconds} /> so far,{' '}
        </>
      )}
      {usualSeconds !== undefined && (
        <>
          usually <Duration seconds={usualSeconds} />
        </>
      )}
    </>
  );
}
