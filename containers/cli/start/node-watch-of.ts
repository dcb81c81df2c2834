import type { BrokerSettings } from '../../../shared/config/groups/broker-settings.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { NodeSnapshots } from '../../../shared/ledger/node-snapshots.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';
import { NodeWatch } from '../../broker/node-watch/node-watch.ts';
import { OfficialNode } from '../../broker/node-watch/official-node.ts';
import type { FoundLine } from './find-broker-line.ts';

export interface NodeWatchOfDeps {
  readonly networkVersion: string;
  readonly found: FoundLine;
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** What watches the official node that the settings name, each until its signal aborts; none if they name none. */
export function nodeWatchOf(
  settings: Pick<BrokerSettings, 'nodeUrl' | 'nodeAdminUrl' | 'nodeAdminKey' | 'nodeSnapshots' | 'nodeSnapshotHours'>,
  { networkVersion, found: { rollup, l1, readCanonical }, engine, metrics, log }: NodeWatchOfDeps,
): readonly ((signal: AbortSignal) => Promise<void>)[] {
  const {
    nodeUrl,
    nodeAdminUrl = nodeUrl,
    nodeAdminKey: adminKey,
    nodeSnapshots: location,
    nodeSnapshotHours,
  } = settings;
  if (nodeUrl === undefined || nodeAdminUrl === undefined) return [];
  if (l1 === undefined) {
    log.warn('without L1 nobody can tell whether the official node leaves an epoch out, only that it gave one up');
  }
  const node = new OfficialNode({ url: nodeUrl, adminUrl: nodeAdminUrl, adminKey });
  const common = { node, engine, log, nowMs: Date.now };
  const line = { networkVersion, rollup };
  const watch = new NodeWatch({ ...common, line, l1, readCanonical, metrics, steadyMs: () => performance.now() });
  const everyMs = nodeSnapshotHours * 3_600_000;
  const snapshots =
    location === undefined ? undefined : new NodeSnapshots({ location, everyMs }, { ...common, networkVersion });
  return [
    (signal) => watch.run(signal),
    ...(snapshots === undefined ? [] : [(signal: AbortSignal) => snapshots.run(signal)]),
  ];
}
