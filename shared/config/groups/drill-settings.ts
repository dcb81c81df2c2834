import { optional, type SettingGroup, type SettingsOf, withDefault } from '../setting.ts';
import { integer, text } from '../value-kinds.ts';

/** What `coppice drill` takes. */
export const DRILL_GROUP = {
  title: 'What to do, and when not to',
  settings: {
    drillAgent: optional(text, {
      flag: 'agent',
      variable: 'COPPICE_DRILL_AGENT',
      description: 'The agent to stop or to kill, by its id',
      defaultNote: 'the one that has had its job for the shortest time',
    }),
    // No longer than a process accepts, see `shared/drills/drill-record.ts`.
    drillSeconds: withDefault(integer(1, 600), '30', {
      flag: 'seconds',
      variable: 'COPPICE_DRILL_SECONDS',
      description: 'How long a settlement is delayed, or requests to L1 fail, in seconds',
    }),
    drillLiveChain: optional(text, {
      flag: 'live-chain',
      variable: 'COPPICE_DRILL_LIVE_CHAIN',
      description: 'Drill although the fleet proves for this L1: mainnet, sepolia, or its chain id',
      defaultNote: 'only fleets on a development chain, and canaries, are drilled',
    }),
    drillMinMarginSeconds: withDefault(integer(0), '1800', {
      flag: 'min-margin',
      variable: 'COPPICE_DRILL_MIN_MARGIN',
      description: 'What every open epoch must have between its predicted root and its deadline, in seconds',
    }),
    drillTimeoutSeconds: withDefault(integer(1, 86_400), '900', {
      flag: 'recovery-timeout',
      variable: 'COPPICE_DRILL_RECOVERY_TIMEOUT',
      description: 'How long to wait for something to hit, and for the fleet to recover, in seconds each',
    }),
  },
} as const satisfies SettingGroup;

export type DrillSettings = SettingsOf<(typeof DRILL_GROUP)['settings']>;
