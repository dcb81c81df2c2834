import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { Incidents } from '../../api/incidents.ts';
import { usePolled } from '../data/polled.ts';
import { useNow } from '../data/server-clock.ts';
import { Panel } from '../parts/panel.tsx';
import { Resource } from '../parts/resource.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { plural } from '../text/format.ts';

/** What operators should know about although it stopped nothing, and the messages that were set aside. */
export function IncidentsView(): JSX.Element {
  const incidents = usePolled<Incidents>('/api/incidents');
  const nowMs = useNow();
  const [kind, setKind] = useState('');
  return (
    <Resource polled={incidents} what="the incidents">
      {({ incidents: read, deadLetters }) => {
        const kinds = [...new Set(read.map((incident) => incident.kind))].toSorted();
        const shown = read.filter((incident) => kind === '' || incident.kind === kind);
        return (
          <>
            {deadLetters.length > 0 && (
              <Panel
                title={plural(deadLetters.length, 'dead letter')}
                note="remove the cause, then run coppice redrive"
              >
                <Table
                  caption="Dead letters"
                  columns={[{ title: 'set aside' }, { title: 'reason' }]}
                  rows={deadLetters.map(({ parkedAtMs, reason }, place) => ({
                    key: place,
                    cells: [<Time atMs={parkedAtMs} nowMs={nowMs} />, reason],
                  }))}
                />
              </Panel>
            )}
            {read.length === 0 ? (
              <p class="verdict good">No incidents.</p>
            ) : (
              <Panel title={plural(shown.length, 'incident')} note="newest first">
                <div class="filters">
                  <label>
                    kind
                    <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
                      <option value="">any</option>
                      {kinds.map((known) => (
                        <option key={known} value={known}>
                          {known}
                        </option>
                      ))}
                    </select>
                  </label>
                </div>
                <Table
                  caption="Incidents"
                  columns={[{ title: 'time' }, { title: 'kind' }, { title: 'message' }, { title: 'about' }]}
                  rows={shown.map((incident, place) => ({
                    key: place,
                    cells: [
                      <Time atMs={incident.atMs} nowMs={nowMs} />,
                      incident.kind,
                      incident.message,
                      <code>{incident.subject}</code>,
                    ],
                  }))}
                />
              </Panel>
            )}
          </>
        );
      }}
    </Resource>
  );
}
