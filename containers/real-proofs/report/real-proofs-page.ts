import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { DevnetAgents } from '../../../shared/config/groups/devnet-settings.ts';
import { replaceFile } from '../../../shared/files/replace-file.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { machineMemoryMib } from '../../agent/memory/machine-memory.ts';
import { type CircuitRow, circuitRows, type ReallyProvenEpoch } from './proven-epoch.ts';

/** Replaces the page about the last run, with Coppice's agents or with Aztec's own. @returns the file */
export async function writeRealProofsPage(proven: ReallyProvenEpoch): Promise<string> {
  const name = proven.makers.agents.kind === 'coppice' ? 'real-proofs' : 'real-proofs-official';
  const page = fileURLToPath(new URL(`../../../docs/${name}.md`, import.meta.url));
  const machine = {
    cpu: os.cpus()[0]?.model ?? process.arch,
    cores: os.availableParallelism(),
    memoryMib: machineMemoryMib(),
  };
  await replaceFile(page, renderRealProofsPage(proven, machine, new Date()));
  return path.relative(process.cwd(), fs.realpathSync(page));
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMib: number;
}

/** The page, as Prettier formats it. */
export function renderRealProofsPage(proven: ReallyProvenEpoch, machine: Machine, at: Date): string {
  const { crs, makers, proof, chain, refusals, view, wallMs } = proven;
  const { kind, count } = makers.agents;
  const facts = [
    ['Made', at.toISOString().slice(0, 10)],
    ['Circuits', `Aztec ${installedNetworkVersion()}, proven by \`bb\` of the same version`],
    ['Machine', `${machine.cores} cores of ${machine.cpu}, ${(machine.memoryMib / 1024).toFixed(1)} GiB`],
    ['Agents', `${count} of ${AGENTS[kind]}`],
    [
      'Reference string',
      crs === 'development' ? 'development: INSECURE, anybody can forge its proofs' : "that of Aztec's ceremony",
    ],
    ['From epoch ready to root', formatDuration((view.rootAtMs ?? proof.minedAtMs) - view.openedAtMs)],
    ['Last run, all included', formatDuration(wallMs)],
    ['Rollup', `\`${chain.rollupAddress}\`, on a local L1`],
    ['Verifier', `\`${chain.verifierAddress}\``],
    ['Transaction', `\`${proof.transactionHash}\``],
    ['Gas', proof.gasUsed.toLocaleString('en-US')],
    ['Proven checkpoint', `0 → ${chain.checkpoint}`],
  ];
  return [
    `# Real proofs of Aztec’s circuits${kind === 'coppice' ? '' : ', by Aztec’s own agents'}`,
    '',
    ...introduction(kind),
    '',
    ...table(['What', ''], ['left', 'left'], facts),
    '',
    '## What each circuit took',
    '',
    ...(kind === 'coppice' ? MEASURED_NOTE : TIMED_NOTE),
    '',
    ...circuitTable(kind === 'coppice' ? [...TIMES, ...MEMORY] : TIMES, circuitRows(proven)),
    '',
    '## What the contract refuses',
    '',
    'The same root, asked of the same rollup in the block before it was mined:',
    '',
    `- with one bit of its proof changed: \`${refusals[0] ?? ''}\``,
    `- for another prover, with the same proof: \`${refusals[1] ?? ''}\``,
    '',
  ].join('\n');
}

const AGENTS: Readonly<Record<DevnetAgents['kind'], string>> = {
  coppice: "Coppice's",
  official: "Aztec's own, through Coppice's broker",
  gateway: "Aztec's own, each beside a gateway of Coppice's",
};

function introduction(kind: DevnetAgents['kind']): readonly string[] {
  if (kind === 'coppice') {
    return [
      '`npm run prove:aztec` writes this page: it is about its last run that came to an end. That command starts a local L1 and',
      'an Aztec network on it, has one checkpoint without transactions mined, and proves its epoch with Aztec’s own prover, from',
      'inputs to the transaction that moves the proven tip. [architecture.md](architecture.md) describes the parts.',
    ];
  }
  return [
    `\`npm run coppice -- devnet --real-proofs --agents ${kind}:1\` writes this page: it is about its last run that came to an end.`,
    'It proves such an epoch as [real-proofs.md](real-proofs.md) is about, with Aztec’s own agents in place of Coppice’s.',
  ];
}

const MEASURED_NOTE = [
  'Seconds are those of the longest proof, with its witness. Memory is that of `bb`, resident, at its highest; in the mode',
  '`low`, `bb` keeps polynomials in files.',
];
/** Nobody measures the memory of Aztec's agents. */
const TIMED_NOTE = ['Seconds are those of the longest proof, from the claim of its job to the report of the agent.'];

interface Column {
  readonly head: string;
  readonly alignment: Alignment;
  readonly cellOf: (row: CircuitRow) => string;
}

const TIMES: readonly Column[] = [
  { head: 'Circuit', alignment: 'left', cellOf: ({ circuit }) => `\`${circuit}\`` },
  { head: 'Gates', alignment: 'right', cellOf: ({ log2Gates }) => `2^${log2Gates}` },
  { head: 'Proofs', alignment: 'right', cellOf: ({ proofs }) => String(proofs) },
  { head: 'Seconds', alignment: 'right', cellOf: ({ seconds }) => seconds.toFixed(1) },
];
const MEMORY: readonly Column[] = [
  { head: 'MiB', alignment: 'right', cellOf: ({ measured }) => String(measured?.peakMemoryMib ?? '') },
  { head: 'Mode', alignment: 'left', cellOf: ({ measured }) => measured?.memoryMode ?? '' },
];

function circuitTable(columns: readonly Column[], rows: readonly CircuitRow[]): string[] {
  return table(
    columns.map(({ head }) => head),
    columns.map(({ alignment }) => alignment),
    rows.map((row) => columns.map(({ cellOf }) => cellOf(row))),
  );
}

type Alignment = 'left' | 'right';

function table(
  heads: readonly string[],
  alignments: readonly Alignment[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = heads.map((head, column) => Math.max(3, head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, alignments[column] ?? 'left')).join(' | ')} |`;
  const rules = widths.map((width, column) =>
    alignments[column] === 'right' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(heads), line(rules), ...rows.map(line)];
}

function pad(text: string, width: number, alignment: Alignment): string {
  return alignment === 'right' ? text.padStart(width) : text.padEnd(width);
}
