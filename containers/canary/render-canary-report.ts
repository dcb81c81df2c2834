import type { Hex } from 'viem';

import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { describeRange } from '../epoch-view/describe-epoch.ts';
import { formatDuration } from '../terminal/format-duration.ts';
import { type Line, toned } from '../terminal/line.ts';
import type { CanarySummary, Spread } from './summarise-canary.ts';

export interface CanaryReport {
  readonly epoch: EpochRecord;
  readonly summary: CanarySummary;
  readonly crs: CrsKind;
  /** The contract on L1, and the gas of its transaction. */
  readonly rollupAddress: Hex;
  readonly gasUsed: bigint;
  /** `undefined` when the price of an agent is not given. */
  readonly dollarsPerAgentHour: number | undefined;
}

const LABEL_COLUMNS = 14;
const INDENT = ' '.repeat(LABEL_COLUMNS);

/** The result of the canary: that the fleet proves, how fast, and at what cost. */
export function renderCanaryReport(report: CanaryReport): Line[] {
  const { epoch, summary, crs, rollupAddress, gasUsed } = report;
  const { rootAtMs = epoch.openedAtMs, closedAtMs = rootAtMs } = epoch;
  const circuitColumns = Math.max(0, ...summary.byCircuit.map(({ circuit }) => circuit.length));
  const agentColumns = Math.max(0, ...summary.byAgent.map(({ agentId }) => agentId.length));
  return [
    [],
    [toned('good', `Canary epoch ${epoch.epoch} is verified on L1.`)],
    ...(crs === 'development'
      ? [[toned('bad', 'Its proofs were made with the INSECURE development CRS: they prove nothing to anybody.')]]
      : []),
    labelled('proves', `${describeRange(epoch)}, ${epoch.networkVersion}`),
    labelled(
      'transaction',
      `${epoch.transactionHash ?? '?'}, ${gasUsed.toLocaleString('en-US')} gas, to ${rollupAddress}`,
    ),
    labelled(
      'time',
      `${formatDuration(rootAtMs - epoch.openedAtMs)} to the root proof, ${formatDuration(closedAtMs - epoch.openedAtMs)} to mined`,
    ),
    labelled('circuits', 'jobs, seconds of the prover: median, worst'),
    ...summary.byCircuit.map(({ circuit, jobs, medianMs, worstMs }) => [
      `${INDENT}  ${circuit.padEnd(circuitColumns)}${String(jobs).padStart(6)}${seconds(medianMs)}${seconds(worstMs)}`,
    ]),
    labelled(
      'agents',
      `${summary.byAgent.length}: jobs, time of the prover (witness and bb), how much that is of all its time`,
    ),
    ...summary.byAgent.map(({ agentId, jobs, provingMs, busyShare }) => [
      `${INDENT}  ${agentId.padEnd(agentColumns)}${String(jobs).padStart(6)}${formatDuration(provingMs).padStart(12)}`,
      `  bb busy ${(busyShare * 100).toFixed(1)} %`,
    ]),
    labelled('queue', `${spread(summary.queueMs)} per job from sent to claimed`),
    labelled('store', `${spread(summary.storeMs)} per job around the proof: inputs fetched, proof stored, job settled`),
    labelled('dollars', dollars(report)),
    labelled(
      'rate',
      `about ${Math.round(summary.leavesPerHour).toLocaleString('en-US')} leaves an hour, trees and all`,
    ),
  ];
}

function dollars({ dollarsPerAgentHour, summary }: CanaryReport): string {
  const hours = summary.agentMs / 3_600_000;
  if (dollarsPerAgentHour === undefined) {
    return `unknown, for ${hours.toFixed(3)} hours of agents: pass --agent-dollars-per-hour`;
  }
  const each = `${hours.toFixed(3)} hours of agents at $${dollarsPerAgentHour.toFixed(3)}`;
  const perLeaf = dollarsPerAgentHour / Math.max(1e-9, summary.leavesPerHour / Math.max(1, summary.byAgent.length));
  return `$${(hours * dollarsPerAgentHour).toFixed(4)}: ${each}; $${perLeaf.toFixed(6)} a leaf at this rate`;
}

function spread({ medianMs, worstMs }: Spread): string {
  return `median ${formatDuration(medianMs)}, worst ${formatDuration(worstMs)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`.padStart(12);
}

function labelled(label: string, text: string): Line {
  return [`  ${label.padEnd(LABEL_COLUMNS - 2)}`, text];
}
