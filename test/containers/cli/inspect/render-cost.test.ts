import { describe, expect, it } from 'vitest';

import { renderCost } from '../../../../containers/cli/inspect/render-cost.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import type { CostPart } from '../../../../shared/cost/epoch-cost.ts';
import { namesOfEpoch } from '../../../fixtures/epoch-id.ts';

const AGENTS: CostPart = { kind: 'agents', name: 'large', dollars: 0.003, because: '0.01 h of 5 jobs' };
const SQS: CostPart = { kind: 'aws', name: 'SQS', dollars: 0.0006, because: '5 jobs and 0 heartbeats' };
const GAS: CostPart = { kind: 'l1', name: 'gas', dollars: undefined, because: '0.000500 ETH at the most' };

const render = (...parts: readonly CostPart[]): string =>
  renderCost({ ...namesOfEpoch(7), state: 'proven' }, parts)
    .map(textOf)
    .join('\n');

describe('coppice cost', () => {
  it('shows each part with its price and reason, and the total', () => {
    expect(render(AGENTS, SQS, { ...GAS, dollars: 1.25 })).toMatchInlineSnapshot(`
      "Epoch 7: proven
      agents large  $0.0030  0.01 h of 5 jobs
      AWS SQS       $0.0006  5 jobs and 0 heartbeats
      L1 gas        $1.2500  0.000500 ETH at the most
      total         $1.2536"
    `);
  });

  it('fits a terminal', () => {
    const lines = renderCost({ ...namesOfEpoch(7), state: 'proven' }, [{ ...AGENTS, because: 'because '.repeat(20) }], {
      columns: 80,
    }).map(textOf);
    expect(lines[1]).toMatch(/^agents large {2}\$0\.0030 {2}because .*…$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows what the total excludes, and how to include it', () => {
    expect(render(AGENTS, SQS, GAS)).toMatch(
      /\ntotal +\$0\.0036 +\(excluding L1 gas: no ETH price, see --ether-dollars\)$/,
    );
    expect(render({ ...AGENTS, name: 'gpu', dollars: undefined })).toMatch(
      /\ntotal +\$0\.0000 +\(excluding agents gpu\)$/,
    );
  });
});
