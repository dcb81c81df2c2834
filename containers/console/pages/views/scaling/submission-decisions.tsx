import type { JSX } from 'preact';

import { etherOf, formatEther } from '../../../../../shared/cost/ether.ts';
import type { SubmissionDecision } from '../../../api/decisions.ts';
import { epochPath } from '../../data/route.ts';
import { Link } from '../../parts/link.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';

const MOST_ROWS = 50;

/** Whether a root went to L1, waited or was given up, and why. */
export function SubmissionDecisions({
  decisions,
  nowMs,
}: {
  readonly decisions: readonly SubmissionDecision[];
  readonly nowMs: number;
}): JSX.Element | null {
  if (decisions.length === 0) return null;
  return (
    <Panel title="Submission decisions" note="roots on their way to L1, newest first">
      <Table
        caption="Submission decisions"
        columns={[
          { title: 'time' },
          { title: 'epoch' },
          { title: 'choice' },
          { title: 'reason' },
          { title: 'cost', isNumber: true },
          { title: 'reward', isNumber: true },
        ]}
        rows={decisions
          .slice(0, MOST_ROWS)
          .map(({ atMs, epochId, epoch, choice, reason, costWei, rewardWei }, place) => ({
            key: place,
            cells: [
              <Time atMs={atMs} nowMs={nowMs} />,
              epochId === undefined ? epoch : <Link to={epochPath(epochId)}>{epoch}</Link>,
              choice,
              reason,
              formatEther(etherOf(costWei)),
              rewardWei === undefined ? '?' : formatEther(etherOf(rewardWei)),
            ],
          }))}
      />
    </Panel>
  );
}
