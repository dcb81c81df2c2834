import { errorText } from '../../shared/telemetry/error-text.ts';
import { redactUrls } from '../../shared/telemetry/redact-urls.ts';
import { type HealthCheck, isHealthy, renderChecks } from './health-check.ts';

/** What `GET` of a path returns. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a scraper is given, such as `ScrapedMetrics`. */
export interface Scrape {
  readonly contentType: string;
  render(): Promise<string>;
}

export interface HealthPagesDeps {
  /** @default there is no `/metrics` */
  readonly scrape?: Scrape | undefined;
  /** Whether the program works: if not, only a restart helps. @default it does, for it responds */
  readonly live?: () => readonly HealthCheck[];
  /** Whether it can do its work now. */
  readonly ready: () => Promise<readonly HealthCheck[]>;
}

const TEXT = 'text/plain; charset=utf-8';

/**
 * The pages that every program of a fleet serves where it listens: `/metrics` for a scraper, `/livez` and `/readyz` for
 * supervisors and load balancers, 200 when all is well and 503 when not. None shows a secret.
 */
export class HealthPages {
  static readonly paths: readonly string[] = ['/livez', '/readyz', '/metrics'];
  readonly #deps: HealthPagesDeps;

  constructor(deps: HealthPagesDeps) {
    this.#deps = deps;
  }

  /** @param url of the request, with or without a query @returns `undefined` for any other path */
  async find(url: string | undefined): Promise<Page | undefined> {
    const { scrape, live = () => [], ready } = this.#deps;
    switch (url?.split('?')[0]) {
      case '/metrics':
        return scrape && { status: 200, contentType: scrape.contentType, body: await scrape.render() };
      case '/livez':
        return pageOf([{ name: 'running', problem: undefined }, ...live()]);
      case '/readyz':
        return pageOf(await orProblem(ready));
      default:
        return undefined;
    }
  }
}

function pageOf(checks: readonly HealthCheck[]): Page {
  return { status: isHealthy(checks) ? 200 : 503, contentType: TEXT, body: redactUrls(renderChecks(checks)) };
}

async function orProblem(read: () => Promise<readonly HealthCheck[]>): Promise<readonly HealthCheck[]> {
  try {
    return await read();
  } catch (error) {
    return [{ name: 'health', problem: `could not be checked: ${errorText(error)}` }];
  }
}
