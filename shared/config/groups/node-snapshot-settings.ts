import { optional, type SettingGroup, withDefault } from '../setting.ts';
import { integer, text } from '../value-kinds.ts';

/** Copies of the node's databases, for the node that begins without them. */
export const NODE_SNAPSHOT_GROUP = {
  title: "Snapshots of the node's databases",
  settings: {
    nodeSnapshots: optional(text, {
      flag: 'node-snapshots',
      variable: 'COPPICE_NODE_SNAPSHOTS',
      description:
        "Where the node stores snapshots of its databases, such as s3://bucket/snapshots; an official node's SYNC_SNAPSHOTS_URLS begins with it",
      defaultNote: "nowhere: a node without data begins with the network's own",
    }),
    nodeSnapshotHours: withDefault(integer(1, 720), '6', {
      flag: 'node-snapshot-hours',
      variable: 'COPPICE_NODE_SNAPSHOT_HOURS',
      description: 'How often it does, in hours',
    }),
  },
} as const satisfies SettingGroup;
