import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { describeRange } from '../../epoch-view/describe-epoch.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import type { MinedEpochProof } from './find-epoch-proof.ts';
import type { EpochSummary } from './summarise-epoch.ts';

export interface ProvenEpoch {
  readonly record: EpochRecord;
  readonly proof: MinedEpochProof;
  readonly summary: EpochSummary;
  /** Whether it is one of the wanted epochs; the others were proven on the way to them. */
  readonly isWanted: boolean;
}

const LABEL_COLUMNS = 14;

/** The result: each wanted epoch in full, and one line for every other. */
export function renderReport(epochs: readonly ProvenEpoch[]): Line[] {
  return [
    ...epochs.flatMap((epoch) => (epoch.isWanted ? ['', ...epochLines(epoch)] : [])).map(asLine),
    ...warmUpLines(epochs.filter(({ isWanted }) => !isWanted)),
  ];
}

function epochLines({ record, proof, summary }: ProvenEpoch): (Line | string)[] {
  const { jobs, byCircuit, byAgent } = summary;
  const circuitColumns = Math.max(...byCircuit.map(({ circuit }) => circuit.length));
  const agentColumns = Math.max(...byAgent.map(({ agentId }) => agentId.length));
  return [
    [toned('good', `Epoch ${record.epoch} is proven on L1.`)],
    labelled('proves', describeRange(record)),
    labelled('traffic', trafficOf(summary)),
    labelled('transaction', `${proof.transactionHash}, submitEpochRootProof`),
    labelled('', `in L1 block ${proof.blockNumber}, ${grouped(proof.gasUsed)} gas, from our publisher ${proof.from}`),
    labelled(
      'time',
      `${formatDuration(summary.toRootMs)} from epoch ready to root proof, ${formatDuration(summary.toMinedMs)} to mined`,
    ),
    labelled('jobs', `${jobs.jobs} proven, ${formatDuration(jobs.provingMs)} of proving; ${lostAttempts(summary)}`),
    ...byCircuit.map((total) => [
      `${' '.repeat(LABEL_COLUMNS)}  ${total.circuit.padEnd(circuitColumns)}${String(total.jobs).padStart(5)}`,
      formatDuration(total.provingMs).padStart(12),
      total.jobs === total.expected ? '' : toned('bad', `  ${total.expected} expected`),
    ]),
    labelled('agents', `${byAgent.length}`),
    ...byAgent.map((total) => [
      `${' '.repeat(LABEL_COLUMNS)}  ${total.agentId.padEnd(agentColumns)}${String(total.jobs).padStart(5)} jobs`,
      `${formatDuration(total.provingMs).padStart(12)} of proving, busy ${Math.round(total.busyShare * 100)} % of the time`,
    ]),
  ];
}

function warmUpLines(epochs: readonly ProvenEpoch[]): Line[] {
  if (epochs.length === 0) return [];
  return [
    [],
    ...epochs.map(({ record, proof, summary }) => [
      toned('dim', `Epoch ${record.epoch}, without the whole mix of traffic, was proven as well: `),
      toned('dim', `${summary.jobs.jobs} jobs, ${proof.transactionHash}`),
    ]),
  ];
}

function trafficOf({ privateTxs, publicTxs, l1ToL2Messages }: EpochSummary): string {
  const messages = `${l1ToL2Messages} ${l1ToL2Messages === 1 ? 'message' : 'messages'} from L1`;
  return `${privateTxs} private and ${publicTxs} public transactions, ${messages}`;
}

function lostAttempts({ attemptsLost }: EpochSummary): string {
  return attemptsLost === 0 ? 'no attempt was lost' : `${attemptsLost} attempts were lost and repeated`;
}

function labelled(label: string, text: string): Line {
  return [`  ${label.padEnd(LABEL_COLUMNS - 2)}`, text];
}

function asLine(line: Line | string): Line {
  return typeof line === 'string' ? [line] : line;
}

/** `1,234,567`. */
function grouped(value: bigint): string {
  return value.toLocaleString('en-US');
}
