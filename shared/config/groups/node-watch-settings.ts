import { optional, type SettingGroup } from '../setting.ts';
import { httpUrl } from '../url-kinds.ts';
import { secretText } from '../value-kinds.ts';

/** The official node that a broker watches. */
export const NODE_WATCH_GROUP = {
  title: 'Watching the official node',
  settings: {
    nodeUrl: optional(httpUrl, {
      flag: 'node-url',
      variable: 'COPPICE_NODE_URL',
      description: 'Address of the official node, by its AZTEC_PORT, to report what it does and what is wrong with it',
      defaultNote: 'no node is watched',
    }),
    nodeAdminUrl: optional(httpUrl, {
      flag: 'node-admin-url',
      variable: 'COPPICE_NODE_ADMIN_URL',
      description: "Address of the node's admin API, by its AZTEC_ADMIN_PORT: from version 5 on a port of its own",
      defaultNote: '--node-url',
    }),
    nodeAdminKey: optional(secretText, {
      flag: 'node-admin-api-key',
      variable: 'COPPICE_NODE_ADMIN_API_KEY',
      description:
        'Key of the admin API, whose SHA-256 is AZTEC_ADMIN_API_KEY_HASH of the node; use the variable or a file, not the flag',
    }),
  },
} as const satisfies SettingGroup;
