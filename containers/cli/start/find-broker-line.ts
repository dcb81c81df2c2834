import type { BrokerSettings } from '../../../shared/config/groups/broker-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import type { RpcFaults } from '../../../shared/drills/drill-watch.ts';
import { WrongL1ChainError } from '../../../shared/l1/errors.ts';
import { createL1Client } from '../../../shared/l1/l1-client.ts';
import { noteRollupOfLine } from '../../../shared/ledger/line-rollups.ts';
import { makeLineId, makeRollupId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import { pause } from '../../../shared/retry/pause.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { findListedRollup, findRollup, type FoundRollup } from '../../broker/l1/find-rollup.ts';
import { L1Rollup } from '../../broker/l1/l1-rollup.ts';
import { knownRollup, type KnownRollupDeps } from './known-rollup.ts';

export interface FoundLine {
  readonly rollup: RollupId;
  /** `undefined` where no L1 is given. */
  readonly l1: L1Rollup | undefined;
  /** Reads which rollup the registry names now. Set where L1 is given. */
  readonly readCanonical?: () => Promise<RollupId>;
  /**
   * Set while the rollup may turn out to be another: L1 did not respond, or the line has no epoch yet and the registry's canonical
   * rollup counts. Waits until it is certain.
   * @throws {RollupChangedError}
   */
  readonly confirm?: (signal: AbortSignal) => Promise<void>;
  /** Keeps the line on this rollup from now on, even when the registry names another. Set where L1 is given. */
  readonly keep?: () => Promise<void>;
}

/** L1 names another rollup than the one that the broker was started for. */
export class RollupChangedError extends Error {
  override readonly name = 'RollupChangedError';

  constructor(served: RollupId, found: RollupId) {
    super(`L1 names the rollup ${found}, and the broker was started for ${served}: start it again`);
  }
}

export interface FindBrokerLineDeps extends KnownRollupDeps {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Drills that make requests to L1 fail. @default none */
  readonly rpcFaults?: RpcFaults | undefined;
  /** Between two reads of the registry while the line has no epoch, in milliseconds. @default 30,000 */
  readonly registryMs?: number;
}

type LineSettings = Pick<BrokerSettings, 'l1RpcUrls' | 'l1ChainId' | 'registryAddress' | 'rollupVersion'> &
  Partial<Pick<BrokerSettings, 'proverPublisherAddresses' | 'lines'>>;

/** An official node in standby asks its L1 once a minute whether its rollup has become the canonical one. */
const REGISTRY_MS = 30_000;

/**
 * Finds the rollup that the broker's epochs belong to: L1's where it is given, else the version line itself. A line stays with the
 * rollup of its first epoch, unless the settings name one: the registry's canonical rollup is another after an upgrade, when the
 * line still has epochs to prove. While L1 is out of reach it is that rollup as well. Before there are any epochs, the broker
 * tries again, for as long as it takes: under another name it would not find its own jobs.
 * @returns `undefined` when `signal` aborts meanwhile
 * @throws {InvalidSettingsError} @throws {WrongL1ChainError}
 */
export async function findBrokerLine(
  settings: LineSettings,
  networkVersion: string,
  deps: FindBrokerLineDeps,
): Promise<FoundLine | undefined> {
  const { l1RpcUrls: rpcUrls, registryAddress, rollupVersion, proverPublisherAddresses: publishers = [] } = settings;
  const { log, notes, signal, rpcFaults: faults } = deps;
  if (rpcUrls === undefined) return { rollup: makeLineId(networkVersion), l1: undefined };
  if (registryAddress === undefined) {
    const names = [L1_SETTINGS.settings.l1RpcUrls, L1_SETTINGS.settings.registryAddress].map(nameOf);
    log.warn(`${names[0] ?? ''} has no effect without ${names[1] ?? ''} or --network: epochs have no deadline from L1`);
    return { rollup: makeLineId(networkVersion), l1: undefined };
  }
  const name = settings.lines?.find(({ version }) => version === networkVersion)?.name ?? networkVersion;
  const wanted = { rpcUrls, chainId: settings.l1ChainId, registry: registryAddress, version: rollupVersion, faults };
  const readCanonical = async (): Promise<RollupId> => idOf(await findRollup({ ...wanted, version: 'canonical' }));
  const known = await knownRollup({ name, networkVersion, chainId: wanted.chainId }, deps);
  const find = async (): Promise<FoundRollup> => {
    const own = rollupVersion === 'canonical' && known ? await findListedRollup(wanted, known.address) : undefined;
    return own ?? (await findRollup(wanted));
  };
  const untilFound = (stop: AbortSignal): Promise<FoundRollup> =>
    keepTrying(find, {
      signal: stop,
      // No further try changes the settings.
      isFinal: isOfSettings,
      onError: (error, failures) => {
        if (failures % 10 !== 1) return;
        log.warn({ err: error }, 'L1 does not say yet which rollup it is: the broker waits for it');
      },
    });
  let isKept = false;
  const keep = async (rollup: RollupId): Promise<void> => {
    await noteRollupOfLine(notes, name, rollup);
    isKept = true;
  };
  try {
    const found = await (known === undefined ? untilFound(signal) : find());
    const rollup = idOf(found);
    const l1 = new L1Rollup({ nodes: found.client.nodes, nowMs: Date.now, publishers }, found.address);
    // Read before it is needed: new epochs must not fail because L1 is out of reach by then.
    await l1
      .deadlineAtMs(0)
      .catch((error: unknown) => log.warn({ err: error }, "could not read the rollup's clock yet"));
    const followsRegistry = rollupVersion === 'canonical' && rollup !== known?.rollup;
    if (!followsRegistry) return { rollup, l1, readCanonical, keep: () => keep(rollup) };
    return {
      rollup,
      l1,
      readCanonical,
      async confirm(stop) {
        const isOver = (): boolean => isKept || stop.aborted;
        while (!isOver()) {
          await pause(deps.registryMs ?? REGISTRY_MS, stop);
          const canonical = await readCanonical().catch(() => rollup);
          if (canonical !== rollup && !isOver()) throw new RollupChangedError(rollup, canonical);
        }
      },
      async keep() {
        // The first jobs after an upgrade may come before the registry was read again.
        const canonical = await readCanonical();
        if (canonical !== rollup) throw new RollupChangedError(rollup, canonical);
        await keep(rollup);
      },
    };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (known === undefined || isOfSettings(error)) throw error;
    const { rollup, chainId, address } = known;
    log.warn({ err: error, rollup }, "L1 is out of reach: the broker goes on with the rollup of the line's epochs");
    const { nodes } = createL1Client({ rpcUrls, chainId, faults });
    return {
      rollup,
      l1: new L1Rollup({ nodes, nowMs: Date.now, publishers }, address),
      readCanonical,
      keep: () => keep(rollup),
      async confirm(stop) {
        const found = await untilFound(stop).catch((failure: unknown) => {
          if (stop.aborted) return undefined;
          throw failure;
        });
        if (found !== undefined && idOf(found) !== rollup) throw new RollupChangedError(rollup, idOf(found));
      },
    };
  }
}

function idOf({ chainId, address }: Pick<FoundRollup, 'chainId' | 'address'>): RollupId {
  return makeRollupId(chainId, address);
}

function isOfSettings(error: unknown): boolean {
  return error instanceof InvalidSettingsError || error instanceof WrongL1ChainError;
}
