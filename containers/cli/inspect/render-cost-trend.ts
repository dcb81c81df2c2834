import { etherOf, formatEther } from '../../../shared/cost/ether.ts';
import { alignTable } from '../../terminal/align-columns.ts';
import { type Line, toned } from '../../terminal/line.ts';
import type { CostOfPeriod, CostTrend } from './cost-trend.ts';

const BAR_WIDTH = 20;

/** What the newest epochs cost, one period a line, and their sum. Columns that no period has anything for are left out. */
export function renderCostTrend({ by, periods }: CostTrend, columns: number): Line[] {
  if (periods.length === 0) return [[toned('dim', 'no epochs yet')]];
  const most = Math.max(...periods.map(({ dollars }) => dollars));
  const rows = periods.map((period) => cellsOf(period, by === 'day', most));
  const titles = [by, by === 'day' ? 'epochs' : '', 'agents', 'AWS', 'gas', 'reward', 'total', ''];
  const dollars = periods.reduce((sum, period) => sum + period.dollars, 0);
  const epochs = periods.reduce((sum, period) => sum + period.epochs, 0);
  return [
    ...alignTable(titles, rows, { columns, spare: [7, 5] }),
    [],
    [
      `$${dollars.toFixed(2)} for ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}, $${(dollars / epochs).toFixed(4)} each`,
    ],
  ];
}

function cellsOf(period: CostOfPeriod, isDay: boolean, most: number): Line {
  const { name, epochs, agentsDollars, awsDollars, gasWei, gasDollars, rewardWei, dollars } = period;
  return [
    name,
    isDay ? String(epochs) : '',
    agentsDollars === undefined ? '' : `$${agentsDollars.toFixed(4)}`,
    awsDollars === undefined ? '' : `$${awsDollars.toFixed(4)}`,
    gasDollars === undefined ? ether(gasWei) : `$${gasDollars.toFixed(4)}`,
    ether(rewardWei),
    `$${dollars.toFixed(4)}`,
    most === 0 ? '' : '█'.repeat(Math.round((BAR_WIDTH * dollars) / most)),
  ];
}

function ether(wei: bigint | undefined): string {
  return wei === undefined ? '' : formatEther(etherOf(wei));
}
