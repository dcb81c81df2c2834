import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { formatEther } from '../../../../shared/cost/ether.ts';
import type { Epochs } from '../../api/epochs.ts';
import { type EpochMoney, type Money, moneyOf } from '../data/epoch-money.ts';
import { usePolled } from '../data/polled.ts';
import { epochPath } from '../data/route.ts';
import { Link } from '../parts/link.tsx';
import { Panel } from '../parts/panel.tsx';
import { Resource } from '../parts/resource.tsx';
import { Table } from '../parts/table.tsx';
import { usePalette } from '../plots/palette.ts';
import { type PlotSeries, TimePlot } from '../plots/time-plot.tsx';
import { formatDollars, plural } from '../text/format.ts';

/** What each epoch cost and pays. */
export function CostView(): JSX.Element {
  const epochs = usePolled<Epochs>('/api/epochs');
  const { value } = epochs;
  const money = useMemo(() => value && moneyOf(value.epochs), [value]);
  return (
    <Resource polled={epochs} what="the epochs">
      {() =>
        money === undefined || money.epochs.length === 0 ? (
          <p class="verdict calm">
            No cost or reward is known yet. Gas is known once a root is mined; agents are priced where a scaler runs
            them.
          </p>
        ) : (
          <>
            <CostPlot money={money} />
            <CostTable money={money} />
          </>
        )
      }
    </Resource>
  );
}

function formatterOf({ unit }: Money): (amount: number) => string {
  return unit === 'dollars' ? formatDollars : formatEther;
}

function CostPlot({ money }: { readonly money: Money }): JSX.Element {
  const palette = usePalette();
  const { epochs } = money;
  const { xs, series } = useMemo(() => {
    const known = (amount: number | undefined): number | null => amount ?? null;
    const bars: PlotSeries[] = [
      // The bar of the sum stands behind that of the agents, so that what shows of it is the gas.
      {
        label: 'agents and gas',
        colour: palette.running,
        shape: 'bars',
        values: epochs.map((epoch) => known(costOf(epoch))),
      },
      ...(epochs.some(({ agents }) => agents !== undefined)
        ? [
            {
              label: 'agents',
              colour: palette.accent,
              shape: 'bars' as const,
              values: epochs.map(({ agents }) => known(agents)),
            },
          ]
        : []),
      { label: 'reward', colour: palette.proven, shape: 'points', values: epochs.map(({ reward }) => known(reward)) },
    ];
    return { xs: epochs.map((_, place) => place), series: bars };
  }, [epochs, palette]);
  const nameOf = useMemo(() => (place: number) => epochs[place]?.epoch.name ?? '', [epochs]);
  return (
    <Panel
      title="Cost and reward by epoch"
      note={money.unit === 'dollars' ? 'in dollars' : 'in ether: give --ether-dollars for dollars'}
    >
      <TimePlot
        label={`Cost and reward of ${plural(epochs.length, 'epoch')}; the table below has it in numbers`}
        xs={xs}
        nameOf={nameOf}
        series={series}
        format={formatterOf(money)}
      />
    </Panel>
  );
}

function CostTable({ money }: { readonly money: Money }): JSX.Element {
  const format = formatterOf(money);
  const amount = (value: number | undefined): string => (value === undefined ? '?' : format(value));
  return (
    <Panel title="Epochs" note="newest first; ? marks an unknown amount">
      <Table
        caption="Cost and reward by epoch"
        columns={[
          { title: 'epoch' },
          { title: 'state' },
          { title: 'agents', isNumber: true },
          { title: 'gas at most', isNumber: true },
          { title: 'cost', isNumber: true },
          { title: 'reward', isNumber: true },
          { title: 'profit', isNumber: true },
        ]}
        rows={money.epochs.toReversed().map((compared) => {
          const { epoch, agents, gas, reward } = compared;
          const cost = costOf(compared);
          const profit = cost === undefined || reward === undefined ? undefined : reward - cost;
          return {
            key: epoch.id,
            cells: [
              <Link to={epochPath(epoch.id)}>{epoch.name}</Link>,
              epoch.isMissed ? <span class="bad">missed</span> : epoch.state,
              amount(agents),
              amount(gas),
              amount(cost),
              amount(reward),
              profit === undefined ? '?' : <span class={profit < 0 ? 'bad' : 'good'}>{signed(profit, format)}</span>,
            ],
          };
        })}
      />
    </Panel>
  );
}

/** The sum of the known parts. */
function costOf({ agents, gas }: EpochMoney): number | undefined {
  return agents === undefined && gas === undefined ? undefined : (agents ?? 0) + (gas ?? 0);
}

function signed(amount: number, format: (amount: number) => string): string {
  return amount < 0 ? `−${format(-amount)}` : format(amount);
}
