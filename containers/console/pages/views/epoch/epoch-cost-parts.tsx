import type { JSX } from 'preact';

import type { EpochCost } from '../../../api/epoch-cost.ts';
import { usePolled } from '../../data/polled.ts';
import { Panel } from '../../parts/panel.tsx';
import { Resource } from '../../parts/resource.tsx';
import { Table } from '../../parts/table.tsx';
import { formatDollars } from '../../text/format.ts';

/** What the epoch cost, part by part. */
export function EpochCostParts({ id }: { readonly id: string }): JSX.Element {
  const cost = usePolled<EpochCost>(`/api/epochs/${encodeURIComponent(id)}/cost`);
  return (
    <Panel
      title="Cost"
      note={cost.value === undefined ? undefined : `${formatDollars(cost.value.dollars)}, as far as prices are known`}
    >
      <Resource polled={cost} what="the cost">
        {({ parts }) =>
          parts.length === 0 ? (
            <p>No costs are known yet.</p>
          ) : (
            <Table
              caption="Cost by part"
              columns={[{ title: 'part' }, { title: 'cost', isNumber: true }, { title: 'because' }]}
              rows={parts.map(({ kind, name, dollars, because }) => ({
                key: `${kind} ${name}`,
                cells: [
                  kind === 'agents' ? `agents, ${name}` : name,
                  dollars === undefined ? '?' : formatDollars(dollars),
                  because,
                ],
              }))}
            />
          )
        }
      </Resource>
    </Panel>
  );
}
