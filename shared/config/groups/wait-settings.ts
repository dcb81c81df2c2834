import { optional, type SettingGroup, withDefault } from '../setting.ts';
import { integer, oneOf } from '../value-kinds.ts';

/** `proven`: its root is mined on L1; `root`: its root is proven, whatever becomes of the transaction. */
const WAIT_FOR = ['proven', 'root'] as const;
export type WaitFor = (typeof WAIT_FOR)[number];

/** What `coppice wait` waits for. */
export const WAIT_GROUP = {
  title: 'What to wait for',
  settings: {
    waitFor: withDefault(oneOf(WAIT_FOR), 'proven', {
      flag: 'for',
      variable: 'COPPICE_WAIT_FOR',
      description: 'proven: the epoch is proven on L1; root: its root is proven, and may be on its way to L1',
    }),
    waitTimeoutSeconds: optional(integer(0), {
      flag: 'timeout',
      variable: 'COPPICE_WAIT_TIMEOUT',
      description: 'How long to wait, in seconds',
      defaultNote: 'until the window of the epoch closes',
    }),
  },
} as const satisfies SettingGroup;
