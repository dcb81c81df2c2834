import { AGENT_GROUPS } from '../../../shared/config/groups/agent-settings.ts';
import { NODE_GROUPS } from '../../../shared/config/groups/node-settings.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';

/** What `coppice start` can start; the name is the flag. */
export const ROLES = ['prover-node', 'prover-agent'] as const;
export type Role = (typeof ROLES)[number];

export const GROUPS_OF_ROLE: Readonly<Record<Role, readonly SettingGroup[]>> = {
  'prover-node': NODE_GROUPS,
  'prover-agent': AGENT_GROUPS,
};
