import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { replaceFile } from '../../../shared/files/replace-file.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { machineMemoryMib } from '../../agent/memory/machine-memory.ts';
import { circuitRows, type ReallyProvenEpoch } from './proven-epoch.ts';

const PAGE = fileURLToPath(new URL('../../../docs/real-proofs.md', import.meta.url));

/** Replaces the page about the last run. @returns the file */
export async function writeRealProofsPage(proven: ReallyProvenEpoch): Promise<string> {
  const machine = {
    cpu: os.cpus()[0]?.model ?? process.arch,
    cores: os.availableParallelism(),
    memoryMib: machineMemoryMib(),
  };
  await replaceFile(PAGE, renderRealProofsPage(proven, machine, new Date()));
  return path.relative(process.cwd(), fs.realpathSync(PAGE));
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMib: number;
}

/** The page, as Prettier formats it. */
export function renderRealProofsPage(proven: ReallyProvenEpoch, machine: Machine, at: Date): string {
  const { crs, makers, proof, chain, refusals, view, wallMs } = proven;
  const rows = circuitRows(proven).map(({ circuit, log2Gates, proofs, seconds, measured }) => [
    `\`${circuit}\``,
    `2^${log2Gates}`,
    String(proofs),
    seconds.toFixed(1),
    measured === undefined ? '' : String(measured.peakMemoryMib),
    measured === undefined ? '' : measured.memoryMode,
  ]);
  const facts = [
    ['Made', at.toISOString().slice(0, 10)],
    ['Circuits', `Aztec ${installedNetworkVersion()}, proven by \`bb\` of the same version`],
    ['Machine', `${machine.cores} cores of ${machine.cpu}, ${(machine.memoryMib / 1024).toFixed(1)} GiB`],
    ['Agents', `${makers.agents.count} of ${makers.agents.kind !== 'coppice' ? "Aztec's own" : "Coppice's"}`],
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
    '# Real proofs of Aztec’s circuits',
    '',
    '`npm run prove:aztec` writes this page: it is about its last run that came to an end. That command starts a local L1 and',
    'an Aztec network on it, has one checkpoint without transactions mined, and proves its epoch with Aztec’s own prover, from',
    'inputs to the transaction that moves the proven tip. [architecture.md](architecture.md) describes the parts.',
    '',
    ...table(['What', ''], ['left', 'left'], facts),
    '',
    '## What each circuit took',
    '',
    'Seconds are those of the longest proof, with its witness. Memory is that of `bb`, resident, at its highest; in the mode',
    '`low`, `bb` keeps polynomials in files.',
    '',
    ...table(
      ['Circuit', 'Gates', 'Proofs', 'Seconds', 'MiB', 'Mode'],
      ['left', 'right', 'right', 'right', 'right', 'left'],
      rows,
    ),
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
