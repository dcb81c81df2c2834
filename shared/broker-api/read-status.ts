import { type ComponentVersions, componentVersionsOf } from './component-versions.ts';
import { BrokerOutOfReachError, BrokerRequestRefusedError } from './errors.ts';
import { reasonOf } from './post-json.ts';

export interface ServerStatus {
  /** Whether the server says that it is well. */
  readonly isHealthy: boolean;
  /** Empty for a server that says nothing of its version. */
  readonly versions: ComponentVersions;
}

const TIMEOUT_MS = 10_000;

/**
 * Reads `/status` of a program of Aztec's, or of one that speaks its API, beside the given URL.
 * @throws {BrokerOutOfReachError} when nothing answers, or a proxy in its place.
 * @throws {BrokerRequestRefusedError} when what answers has no status.
 */
export async function readStatus(url: string, signal: AbortSignal): Promise<ServerStatus> {
  const statusUrl = new URL('status', url.endsWith('/') ? url : `${url}/`).href;
  let response: Response;
  try {
    response = await fetch(statusUrl, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
  } catch (error) {
    throw new BrokerOutOfReachError(url, reasonOf(error), { cause: error });
  }
  const { status, headers } = response;
  const versions = componentVersionsOf(headers);
  // Aztec's servers answer 500 while they are not well; what stands before them, 502 to 504.
  if (status === 200 || status === 500) return { isHealthy: status === 200, versions };
  if (status > 500) throw new BrokerOutOfReachError(url, `HTTP ${status}`);
  throw new BrokerRequestRefusedError(url, status);
}
