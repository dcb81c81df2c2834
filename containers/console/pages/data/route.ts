import { useEffect, useState } from 'preact/hooks';

/** Which page is shown. Ids are in the query: the server takes a path with a dot in it for a file, and ids have dots. */
export type Route =
  | { readonly page: 'epochs' | 'agents' | 'scaling' | 'cost' | 'incidents' | 'unknown' }
  /** `job` is the one whose story is open. */
  | { readonly page: 'epoch'; readonly epoch: string; readonly job: string | undefined };

export type ListPage = Exclude<Route['page'], 'epoch' | 'unknown'>;

const PATHS: Readonly<Record<ListPage, string>> = {
  epochs: '/',
  agents: '/agents',
  scaling: '/scaling',
  cost: '/cost',
  incidents: '/incidents',
};

export function pathOf(page: ListPage): string {
  return PATHS[page];
}

export function epochPath(epoch: string, job?: string): string {
  const query = new URLSearchParams({ id: epoch, ...(job === undefined ? {} : { job }) });
  return `/epoch?${query.toString()}`;
}

export function parseRoute({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Route {
  const query = new URLSearchParams(search);
  const epoch = query.get('id');
  if (pathname === '/epoch' && epoch !== null) return { page: 'epoch', epoch, job: query.get('job') ?? undefined };
  const page = (Object.keys(PATHS) as ListPage[]).find((candidate) => PATHS[candidate] === pathname);
  return { page: page ?? 'unknown' };
}

/** Shows another page without a reload. `replace` leaves no step to go back to. */
export function navigate(path: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location));
  useEffect(() => {
    const changed = (): void => setRoute(parseRoute(location));
    addEventListener('popstate', changed);
    return () => removeEventListener('popstate', changed);
  }, []);
  return route;
}
