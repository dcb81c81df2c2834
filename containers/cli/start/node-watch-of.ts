import type { BrokerSettings } from '../../../shared/config/groups/broker-settings.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
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

/** Watches the official node that the settings name, if they name one. */
export function nodeWatchOf(
  { nodeUrl, nodeAdminUrl, nodeAdminKey }: Pick<BrokerSettings, 'nodeUrl' | 'nodeAdminUrl' | 'nodeAdminKey'>,
  { networkVersion, found: { rollup, l1, readCanonical }, engine, metrics, log }: NodeWatchOfDeps,
): NodeWatch | undefined {
  if (nodeUrl === undefined) return undefined;
  if (l1 === undefined) {
    log.warn('without L1 nobody can tell whether the official node leaves an epoch out, only that it gave one up');
  }
  return new NodeWatch({
    line: { networkVersion, rollup },
    node: new OfficialNode({ url: nodeUrl, adminUrl: nodeAdminUrl ?? nodeUrl, adminKey: nodeAdminKey }),
    engine,
    l1,
    readCanonical,
    metrics,
    log,
    nowMs: Date.now,
    steadyMs: () => performance.now(),
  });
}
