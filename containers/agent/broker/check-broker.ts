import { assertSameVersions, type ComponentVersions } from '../../../shared/broker-api/component-versions.ts';
import { BrokerOutOfReachError, BrokerRequestRefusedError } from '../../../shared/broker-api/errors.ts';
import { readStatus } from '../../../shared/broker-api/read-status.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';

export interface CheckBrokerOptions {
  readonly url: string;
  /** The version of the installed packages, such as `4.1.2`. */
  readonly networkVersion: string;
  readonly signal: AbortSignal;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Called with each reason to wait. */
  readonly onWaiting: (reason: string) => void;
}

/**
 * Waits for the broker, and checks its version before the first job is taken: with a job of another version the agent could
 * only fail, and the broker would miss it.
 * @returns what to compare every further answer with
 * @throws {ComponentVersionError} for a broker of another version.
 */
export async function checkBroker(options: CheckBrokerOptions): Promise<ComponentVersions> {
  const { url, networkVersion, signal, log, onWaiting } = options;
  const versions = await keepTrying(() => readVersions(url, signal), {
    signal,
    backoff: { firstMs: 500, longestMs: 10_000 },
    isFinal: (error) => !(error instanceof BrokerOutOfReachError),
    onError: (error, _failures, pauseMs) => {
      log.warn({ pauseMs }, String(error));
      onWaiting(String(error));
    },
  });
  const own = { l2CircuitsVkTreeRoot: await ownVkTreeRoot() };
  // Versions with the same keys prove the same jobs.
  if (versions.l2CircuitsVkTreeRoot !== undefined) assertSameVersions(url, own, versions);
  else assertSameVersions(url, { packageVersion: networkVersion }, versions);
  if (versions.l2CircuitsVkTreeRoot === undefined && versions.packageVersion === undefined) {
    log.warn(`the broker does not say its version: make sure that its nodes run Aztec ${networkVersion}`);
  }
  log.info({ ...versions }, 'broker reached');
  return own;
}

/** A proxy may pass on the calls to a broker and not `/status`. Any other program at the URL refuses the calls as well. */
async function readVersions(url: string, signal: AbortSignal): Promise<ComponentVersions> {
  try {
    return (await readStatus(url, signal)).versions;
  } catch (error) {
    if (error instanceof BrokerRequestRefusedError) return {};
    throw error;
  }
}

async function ownVkTreeRoot(): Promise<string> {
  const { getVKTreeRoot } = await import('@aztec/noir-protocol-circuits-types/vk-tree');
  return getVKTreeRoot().toString();
}
