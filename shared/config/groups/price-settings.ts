import { optional, type SettingGroup } from '../setting.ts';
import { decimal } from '../value-kinds.ts';

/** Prices that an operator knows better than Coppice. */
export const PRICE_GROUP = {
  title: 'Prices',
  settings: {
    etherDollars: optional(decimal(0), {
      flag: 'ether-dollars',
      variable: 'COPPICE_ETHER_DOLLARS',
      description: 'Price of one ETH in US dollars, to convert the cost of gas',
      defaultNote: 'gas is shown in ETH only',
    }),
    agentDollarsPerHour: optional(decimal(0), {
      flag: 'agent-dollars-per-hour',
      variable: 'COPPICE_AGENT_DOLLARS_PER_HOUR',
      description:
        'Price of one hour of an agent on machines of your own, in US dollars: the embedded engine bills nothing else',
      defaultNote: 'agents are shown in hours only',
    }),
  },
} as const satisfies SettingGroup;
