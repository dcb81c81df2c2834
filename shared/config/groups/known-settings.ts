import { AGENT_GROUPS } from './agent-settings.ts';
import { BROKER_GROUP, LINE_GROUP } from './broker-settings.ts';
import { CANARY_GROUP } from './canary-settings.ts';
import { CONSOLE_GROUP } from './console-settings.ts';
import { COST_GROUP } from './cost-settings.ts';
import { DEVNET_GROUP } from './devnet-settings.ts';
import { DRILL_GROUP } from './drill-settings.ts';
import { GATEWAY_GROUP } from './gateway-settings.ts';
import { ENV_FILE_GROUP } from './env-file-settings.ts';
import { JOBS_GROUP } from './jobs-settings.ts';
import { LIST_GROUP } from './list-settings.ts';
import { NODE_GROUPS } from './node-settings.ts';
import { NODE_WATCH_GROUP } from './node-watch-settings.ts';
import { HISTORY_GROUP } from './history-settings.ts';
import { PRICE_GROUP } from './price-settings.ts';
import { WAIT_GROUP } from './wait-settings.ts';
import type { Setting, SettingGroup } from '../setting.ts';

/** Every group of every program, each once. */
const ALL_GROUPS: readonly SettingGroup[] = [
  ...new Set<SettingGroup>([
    ...NODE_GROUPS,
    ...AGENT_GROUPS,
    LINE_GROUP,
    BROKER_GROUP,
    NODE_WATCH_GROUP,
    GATEWAY_GROUP,
    DEVNET_GROUP,
    CANARY_GROUP,
    JOBS_GROUP,
    LIST_GROUP,
    COST_GROUP,
    HISTORY_GROUP,
    WAIT_GROUP,
    CONSOLE_GROUP,
    PRICE_GROUP,
    DRILL_GROUP,
    ENV_FILE_GROUP,
  ]),
];

/** The settings of all programs. */
export const KNOWN_SETTINGS: readonly Setting[] = [...new Set(settingsIn(ALL_GROUPS))];

export function settingsIn(groups: readonly SettingGroup[]): readonly Setting[] {
  return groups.flatMap(({ settings }) => Object.values(settings));
}

/** Names of variables that may hold a key, beside our own settings. */
const FOREIGN_KEY = /PRIVATE_KEYS?$|MNEMONIC/;

/**
 * The environment for a process that reads `groups`: without other processes' settings, and so without their keys.
 * @param environment as `mergeSources` made it
 */
export function environmentFor(
  groups: readonly SettingGroup[],
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const own = new Set(settingsIn(groups).map(({ variable }) => variable));
  const foreign = new Set(KNOWN_SETTINGS.map(({ variable }) => variable).filter((variable) => !own.has(variable)));
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !foreign.has(name) && (own.has(name) || !FOREIGN_KEY.test(name))),
  );
}
