import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { LINE_GROUP } from '../../../shared/config/groups/broker-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { strandedSecondsOf } from '../../../shared/engine/engine-options.ts';
import type { RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import type { BrokerOptions } from '../../broker/run-broker.ts';
import type { BrokerRole } from './read-role.ts';

/** The options of a broker with these settings, for the rollup that was found. */
export function toBrokerOptions(
  { settings, engineOptions: { engine, leaseSeconds } }: Pick<BrokerRole, 'settings' | 'engineOptions'>,
  networkVersion: string,
  rollup: RollupId,
): BrokerOptions {
  return {
    line: { networkVersion, rollup },
    host: settings.brokerBind,
    port: settings.brokerPort ?? settings.port,
    networks: settings.brokerAllow ?? [],
    maxBodyBytes: settings.rpcMaxBodySize,
    maxCalls: settings.rpcMaxBatchSize,
    maxAnswerBytes: settings.brokerMaxAnswerSize,
    maxConnections: settings.brokerMaxConnections,
    clientTimeoutMs: settings.brokerClientTimeoutSeconds * 1000,
    holdMs: settings.brokerHoldSeconds * 1000,
    claimSeconds: claimSecondsOf(settings),
    leaseSeconds,
    // On AWS a function sweeps.
    sweep:
      engine === 'embedded'
        ? { everyMs: settings.sweepSeconds * 1000, strandedSeconds: strandedSecondsOf({ engine, leaseSeconds }) }
        : undefined,
    drainMs: settings.drainSeconds * 1000,
  };
}

/** A poll of SQS is never cut off, and a program that stops has to wait for its last one. */
export function claimSecondsOf({ drainSeconds }: Pick<BrokerRole['settings'], 'drainSeconds'>): number {
  return Math.max(1, Math.min(20, drainSeconds - 5));
}

/** @throws {InvalidSettingsError} when the version line is unknown */
export function networkVersionOf({ aztecVersion }: Pick<BrokerRole['settings'], 'aztecVersion'>): string {
  try {
    return aztecVersion ?? installedNetworkVersion();
  } catch {
    throw new InvalidSettingsError([
      `missing ${nameOf(LINE_GROUP.settings.aztecVersion)}: ${LINE_GROUP.settings.aztecVersion.description}`,
    ]);
  }
}
