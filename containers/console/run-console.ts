import type { Secret } from '../../shared/config/secret.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { engineKindOf } from '../../shared/engine/engine-kind.ts';
import { whenAborted } from '../../shared/retry/when-aborted.ts';
import type { ListenAddress } from '../broker/transport/listen.ts';
import { PredictionReader } from '../epoch-view/prediction-reader.ts';
import { keepHeapSmall } from '../processes/keep-heap-small.ts';
import { cachedEngine } from './read/cached-engine.ts';
import { readAgesOf } from './read/read-ages.ts';
import { ReadCache } from './read/read-cache.ts';
import { AllowedHosts } from './serve/allowed-hosts.ts';
import { ApiResponses } from './serve/api-responses.ts';
import { ConsoleServer } from './serve/console-server.ts';
import { PageFiles } from './serve/page-files.ts';

export interface ConsoleOptions extends ListenAddress {
  /** Host names that lead to it, beside addresses. */
  readonly hostNames: readonly string[];
  /** Where the fleet is, for people. */
  readonly place: string;
  /** None: L1 is not read. */
  readonly l1RpcUrls: readonly Secret<string>[];
  /** The price of an ether, if known. */
  readonly etherDollars: number | undefined;
  /** The price of an agent on machines of the operator's own, if known. */
  readonly agentDollarsPerHour: number | undefined;
}

export interface RunConsoleDeps {
  readonly engine: Engine;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called with the port once it listens. */
  readonly onListening: (port: number) => void;
  /** Called with what went wrong, for the operator. */
  readonly onTrouble: (message: string) => void;
  readonly nowMs?: () => number;
  /** A clock that only goes forward. @default that of the process */
  readonly steadyMs?: () => number;
}

/**
 * Serves the console over a fleet's engine until `signal` aborts. It changes nothing in the fleet, and reads nothing while no
 * page is open.
 * @throws {ListenError}
 */
export async function runConsole(options: ConsoleOptions, deps: RunConsoleDeps): Promise<void> {
  const { host, port, hostNames, place, l1RpcUrls, etherDollars, agentDollarsPerHour } = options;
  const { signal, onListening, onTrouble, nowMs = Date.now, steadyMs = () => performance.now() } = deps;
  keepHeapSmall();
  const ages = readAgesOf(engineKindOf(deps.engine));
  const cache = new ReadCache(steadyMs);
  const engine = cachedEngine(deps.engine, cache, ages);
  const predictions = new PredictionReader(engine);
  const resources = { engine, predictions, ages, place, l1RpcUrls, etherDollars, agentDollarsPerHour, nowMs };
  const server = new ConsoleServer(
    { host, port },
    {
      api: new ApiResponses({ resources, cache, onTrouble }),
      pages: new PageFiles(),
      hosts: new AllowedHosts(host, hostNames),
      onTrouble,
    },
  );
  onListening(await server.listen());
  await whenAborted(signal);
  await server.stop();
}
