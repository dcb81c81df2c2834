import { AWS_PRICES, type AwsPriceName, type AwsUsage, dollarsOf } from '../../../shared/cost/aws-prices.ts';

/** One row of the bill of an epoch of 10,000 jobs. */
export interface CostLine {
  readonly name: string;
  /** How the amounts come about. */
  readonly because: string;
  readonly usage: AwsUsage;
}

const COLUMNS: readonly { readonly title: string; readonly names: readonly AwsPriceName[] }[] = [
  { title: 'SQS', names: ['sqsRequests'] },
  { title: 'S3 put', names: ['s3Writes'] },
  { title: 'S3 get', names: ['s3Reads'] },
  { title: 'WRU', names: ['dynamoWriteUnits'] },
  { title: 'RRU', names: ['dynamoReadUnits'] },
  { title: 'other $', names: [] },
];
const SHOWN_APART = new Set(COLUMNS.flatMap(({ names }) => names));

export function renderLines(lines: readonly CostLine[]): string {
  const header = ['', ...COLUMNS.map(({ title }) => title), 'dollars'];
  const rows = lines.map(({ name, usage }) => [
    name,
    ...COLUMNS.map(({ names }) => cell(names, usage)),
    dollars(usage),
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  return [header, ...rows]
    .map((row) =>
      row.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join('  '),
    )
    .join('\n');
}

function cell(names: readonly AwsPriceName[], usage: AwsUsage): string {
  if (names.length === 0) {
    const others = Object.fromEntries(Object.entries(usage).filter(([name]) => !SHOWN_APART.has(name as AwsPriceName)));
    return Object.keys(others).length === 0 ? '' : dollars(others);
  }
  const amount = names.reduce((sum, name) => sum + (usage[name] ?? 0), 0);
  return amount === 0 ? '' : Math.round(amount).toLocaleString('en-US');
}

function dollars(usage: AwsUsage): string {
  return dollarsOf(usage).toFixed(4);
}

export function renderPrices(): string {
  return Object.values(AWS_PRICES)
    .map(
      ({ dollars: price, per, unit, asOf, source }) =>
        `  $${price} for ${per.toLocaleString('en-US')} ${unit}; ${asOf}; ${source}`,
    )
    .join('\n');
}
