import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { Fleet } from '../api/fleet.ts';
import { type ListPage, pathOf, type Route, useRoute } from './data/route.ts';
import { type Polled, usePolled } from './data/polled.ts';
import { Link } from './parts/link.tsx';
import { formatClock, plural } from './text/format.ts';
import { AgentsView } from './views/agents-view.tsx';
import { CostView } from './views/cost-view.tsx';
import { EpochView } from './views/epoch-view.tsx';
import { EpochsView } from './views/epochs-view.tsx';
import { IncidentsView } from './views/incidents-view.tsx';
import { ScalingView } from './views/scaling-view.tsx';

const TITLES: Readonly<Record<ListPage, string>> = {
  epochs: 'Epochs',
  agents: 'Agents',
  scaling: 'Scaling',
  cost: 'Cost',
  incidents: 'Incidents',
};

export function App(): JSX.Element {
  const route = useRoute();
  const fleet = usePolled<Fleet>('/api/fleet');
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const title = titleOf(route);
  useEffect(() => {
    document.title = `${title} – Coppice`;
    // A screen reader announces the new page as if it had been loaded.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <span class="name">Coppice</span>
        <nav aria-label="Pages">
          <ul>
            {(Object.keys(TITLES) as ListPage[]).map((page) => (
              <li key={page}>
                <Link to={pathOf(page)} isCurrent={route.page === page}>
                  {TITLES[page]}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <FleetLine fleet={fleet} />
      </header>
      <Connection fleet={fleet} />
      <main id="main" ref={main} tabIndex={-1}>
        <h1>{title}</h1>
        {viewOf(route, fleet)}
      </main>
    </>
  );
}

function titleOf(route: Route): string {
  switch (route.page) {
    case 'epoch':
      return `Epoch ${route.epoch.split(':').at(-1) ?? ''}`;
    case 'unknown':
      return 'Unknown page';
    default:
      return TITLES[route.page];
  }
}

function viewOf(route: Route, fleet: Polled<Fleet>): ComponentChildren {
  switch (route.page) {
    case 'epochs':
      return <EpochsView fleet={fleet} />;
    case 'epoch':
      return <EpochView key={route.epoch} id={route.epoch} job={route.job} />;
    case 'agents':
      return <AgentsView />;
    case 'scaling':
      return <ScalingView />;
    case 'cost':
      return <CostView />;
    case 'incidents':
      return <IncidentsView />;
    case 'unknown':
      return (
        <p>
          This page does not exist. <Link to={pathOf('epochs')}>Go to the epochs.</Link>
        </p>
      );
  }
}

function FleetLine({ fleet: { value } }: { readonly fleet: Polled<Fleet> }): JSX.Element | null {
  if (value === undefined) return null;
  const { place, aztecVersions, agents } = value;
  const versions = aztecVersions.length === 0 ? '' : `, Aztec ${aztecVersions.join(', ')}`;
  return (
    <p class="fleet">
      {place}
      {versions}; {plural(agents.total, 'agent')}, {agents.proving} proving; times are UTC
    </p>
  );
}

/** Says that what is shown is old, and why. */
function Connection({ fleet: { value, failure } }: { readonly fleet: Polled<Fleet> }): JSX.Element {
  const since = failure === undefined ? '' : formatClock(failure.sinceMs, failure.sinceMs);
  return (
    <div role="status">
      {failure !== undefined && (
        <p class="notice">
          {failure.message} {value === undefined ? '' : `What is shown is from ${since} UTC.`}
        </p>
      )}
    </div>
  );
}
