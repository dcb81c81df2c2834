import {
  type AlarmDefinition,
  AT_LEAST,
  AT_ONCE,
  BELOW,
  FIVE_MINUTES,
  inAllOf,
  ONE_MINUTE,
} from './alarm-definition.ts';
import type { FleetMetrics } from './fleet-metrics.ts';

/** Ethereum replaces its newest block now and then, and Coppice never relies on that one. */
const REORG_BLOCKS = 2;

/** Alarms on whether L1 can be read and paid, and does not reorganise. */
export function l1Alarms(metrics: FleetMetrics, publisherMinimumEth: number): readonly AlarmDefinition[] {
  return [
    {
      article: 'publisher-balance',
      urgency: 'page',
      meaning: `The account that submits roots has less than ${publisherMinimumEth} ether.`,
      metric: metrics.min('PublisherBalanceEth', {}, FIVE_MINUTES),
      comparison: BELOW,
      threshold: publisherMinimumEth,
      periods: AT_ONCE,
      silence: 'no-news',
    },
    {
      article: 'l1-rpc-failing',
      urgency: 'notice',
      meaning: 'An L1 RPC URL has not answered for five minutes, or nobody has asked it.',
      metric: metrics.min('L1RpcFailures', {}, ONE_MINUTE),
      comparison: AT_LEAST,
      threshold: 1,
      periods: inAllOf(5),
      silence: 'trouble',
    },
    {
      article: 'reorg',
      of: 'l1',
      urgency: 'notice',
      meaning: `At least ${REORG_BLOCKS} L1 blocks were replaced by others.`,
      metric: metrics.max('L1ReorgBlocks', {}, ONE_MINUTE),
      comparison: AT_LEAST,
      threshold: REORG_BLOCKS,
      periods: AT_ONCE,
      silence: 'fine',
    },
    {
      article: 'reorg',
      of: 'checkpoints',
      urgency: 'notice',
      meaning: 'L1 has taken checkpoints of the rollup back: by a reorg, or because nobody proved their epoch in time.',
      metric: metrics.sum('CheckpointsPruned', {}, ONE_MINUTE),
      comparison: AT_LEAST,
      threshold: 1,
      periods: AT_ONCE,
      silence: 'fine',
    },
  ];
}
