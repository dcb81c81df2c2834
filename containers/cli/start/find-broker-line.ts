import type { BrokerSettings } from '../../../shared/config/groups/broker-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import type { RpcFaults } from '../../../shared/drills/drill-watch.ts';
import { WrongL1ChainError } from '../../../shared/l1/errors.ts';
import { createL1Client } from '../../../shared/l1/l1-client.ts';
import type { EpochLedger } from '../../../shared/ledger/epoch-ledger.ts';
import { isStreamed } from '../../../shared/ledger/streamed-epoch.ts';
import {
  makeLineId,
  makeRollupId,
  parseEpochId,
  parseRollupId,
  type RollupId,
} from '../../../shared/proving-job/epoch-id.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { findRollup, type FoundRollup } from '../../broker/l1/find-rollup.ts';
import { L1Rollup } from '../../broker/l1/l1-rollup.ts';
import { LATEST_EPOCHS } from '../inspect/find-epoch.ts';

export interface FoundLine {
  readonly rollup: RollupId;
  /** `undefined` where no L1 is given. */
  readonly l1: L1Rollup | undefined;
  /** Reads which rollup the registry names now. Set where L1 is given. */
  readonly readCanonical?: () => Promise<RollupId>;
  /**
   * Set when L1 did not respond, and the rollup is that of the ledger's epochs: waits for L1 and throws if that says otherwise.
   * @throws {RollupChangedError}
   */
  readonly confirm?: (signal: AbortSignal) => Promise<void>;
}

/** While L1 was out of reach the broker has served the epochs of one rollup, and L1 now names another. */
export class RollupChangedError extends Error {
  override readonly name = 'RollupChangedError';

  constructor(served: RollupId, found: RollupId) {
    super(
      `L1 names the rollup ${found}, and the broker has served ${served} while L1 was out of reach: start it again`,
    );
  }
}

export interface FindBrokerLineDeps {
  readonly epochs: Pick<EpochLedger, 'latest'>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Drills that have requests to L1 fail. @default none */
  readonly rpcFaults?: RpcFaults | undefined;
}

/**
 * Finds the rollup that the broker's epochs belong to: L1's where it is given, else the version line itself. While L1 is out of
 * reach it is that of the ledger's epochs: a broker that is restarted then must go on with them. Before there are any, it tries
 * again, for as long as it takes: under another name the broker would not find its own jobs.
 * @returns `undefined` when `signal` aborts meanwhile
 * @throws {InvalidSettingsError} @throws {WrongL1ChainError}
 */
export async function findBrokerLine(
  settings: Pick<BrokerSettings, 'l1RpcUrls' | 'l1ChainId' | 'registryAddress' | 'rollupVersion'> &
    Partial<Pick<BrokerSettings, 'proverPublisherAddresses'>>,
  networkVersion: string,
  { epochs, log, signal, rpcFaults: faults }: FindBrokerLineDeps,
): Promise<FoundLine | undefined> {
  const { l1RpcUrls: rpcUrls, registryAddress, rollupVersion, proverPublisherAddresses: publishers = [] } = settings;
  if (rpcUrls === undefined) return { rollup: makeLineId(networkVersion), l1: undefined };
  if (registryAddress === undefined) {
    const names = [L1_SETTINGS.settings.l1RpcUrls, L1_SETTINGS.settings.registryAddress].map(nameOf);
    log.warn(`${names[0] ?? ''} has no effect without ${names[1] ?? ''} or --network: epochs have no deadline from L1`);
    return { rollup: makeLineId(networkVersion), l1: undefined };
  }
  const wanted = { rpcUrls, chainId: settings.l1ChainId, registry: registryAddress, version: rollupVersion, faults };
  const readCanonical = async (): Promise<RollupId> => {
    const { chainId, address } = await findRollup({ ...wanted, version: 'canonical' });
    return makeRollupId(chainId, address);
  };
  const known = await rollupOfEpochs(epochs, networkVersion, settings.l1ChainId);
  const untilFound = (stop: AbortSignal): Promise<FoundRollup> =>
    keepTrying(() => findRollup(wanted), {
      signal: stop,
      // No further try changes the settings.
      isFinal: isOfSettings,
      onError: (error, failures) => {
        if (failures % 10 !== 1) return;
        log.warn({ err: error }, 'L1 does not say yet which rollup it is: the broker waits for it');
      },
    });
  try {
    const { chainId, address, client } = await (known === undefined ? untilFound(signal) : findRollup(wanted));
    const l1 = new L1Rollup({ nodes: client.nodes, nowMs: Date.now, publishers }, address);
    // Read before it is needed: new epochs must not fail because L1 is out of reach by then.
    await l1
      .deadlineAtMs(0)
      .catch((error: unknown) => log.warn({ err: error }, "could not read the rollup's clock yet"));
    return { rollup: makeRollupId(chainId, address), l1, readCanonical };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (known === undefined || isOfSettings(error)) throw error;
    const { rollup, chainId, address } = known;
    log.warn({ err: error, rollup }, "L1 is out of reach: the broker goes on with the rollup of the ledger's epochs");
    const { nodes } = createL1Client({ rpcUrls, chainId, faults });
    return {
      rollup,
      l1: new L1Rollup({ nodes, nowMs: Date.now, publishers }, address),
      readCanonical,
      async confirm(stop) {
        const found = await untilFound(stop).catch((failure: unknown) => {
          if (stop.aborted) return undefined;
          throw failure;
        });
        if (found === undefined) return;
        const named = makeRollupId(found.chainId, found.address);
        if (named !== rollup) throw new RollupChangedError(rollup, named);
      },
    };
  }
}

interface KnownRollup extends Pick<FoundRollup, 'chainId' | 'address'> {
  readonly rollup: RollupId;
}

function isOfSettings(error: unknown): boolean {
  return error instanceof InvalidSettingsError || error instanceof WrongL1ChainError;
}

/** The rollup on L1 of the epochs of official nodes of this version; `undefined` when the ledger has no such epochs, or of several. */
async function rollupOfEpochs(
  epochs: Pick<EpochLedger, 'latest'>,
  networkVersion: string,
  chainId: number | undefined,
): Promise<KnownRollup | undefined> {
  const latest = await epochs.latest(LATEST_EPOCHS);
  const rollups = latest
    .filter((record) => isStreamed(record) && record.networkVersion === networkVersion)
    .flatMap(({ id }) => parseEpochId(id).rollup ?? []);
  const [known, other] = [...new Set(rollups)].flatMap((rollup) => {
    const parts = parseRollupId(rollup);
    return parts !== undefined && (chainId === undefined || parts.chainId === chainId) ? [{ rollup, ...parts }] : [];
  });
  return other === undefined ? known : undefined;
}
