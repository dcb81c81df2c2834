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
  },
} as const satisfies SettingGroup;
