import type { BrokerSettings } from '../../../shared/config/groups/broker-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { WrongL1ChainError } from '../../../shared/l1/errors.ts';
import { makeLineId, makeRollupId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { findRollup } from '../../broker/l1/find-rollup.ts';
import { L1Rollup } from '../../broker/l1/l1-rollup.ts';

export interface FoundLine {
  readonly rollup: RollupId;
  /** `undefined` where no L1 is given. */
  readonly l1: L1Rollup | undefined;
}

/**
 * Finds the rollup that the broker's epochs belong to: L1's where it is given, else the version line itself. While L1 is out of
 * reach it tries again, for as long as it takes: under another name the broker would not find its own jobs.
 * @returns `undefined` when `signal` aborts meanwhile
 * @throws {InvalidSettingsError} @throws {WrongL1ChainError}
 */
export async function findBrokerLine(
  settings: Pick<BrokerSettings, 'l1RpcUrls' | 'l1ChainId' | 'registryAddress' | 'rollupVersion'>,
  networkVersion: string,
  log: Logger,
  signal: AbortSignal,
): Promise<FoundLine | undefined> {
  const { l1RpcUrls: rpcUrls, registryAddress, rollupVersion } = settings;
  if (rpcUrls === undefined) return { rollup: makeLineId(networkVersion), l1: undefined };
  if (registryAddress === undefined) {
    const names = [L1_SETTINGS.settings.l1RpcUrls, L1_SETTINGS.settings.registryAddress].map(nameOf);
    log.warn(`${names[0] ?? ''} has no effect without ${names[1] ?? ''} or --network: epochs have no deadline from L1`);
    return { rollup: makeLineId(networkVersion), l1: undefined };
  }
  const wanted = { rpcUrls, chainId: settings.l1ChainId, registry: registryAddress, version: rollupVersion };
  try {
    const { chainId, address, client } = await keepTrying(() => findRollup(wanted), {
      signal,
      // No further try changes the settings.
      isFinal: (error) => error instanceof InvalidSettingsError || error instanceof WrongL1ChainError,
      onError: (error, failures) => {
        if (failures % 10 !== 1) return;
        log.warn({ err: error }, 'L1 does not say yet which rollup it is: the broker waits for it');
      },
    });
    const rollup = makeRollupId(chainId, address);
    return { rollup, l1: new L1Rollup({ nodes: client.nodes, nowMs: Date.now }, address) };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
