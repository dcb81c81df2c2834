import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { circuitRows, type ReallyProvenEpoch } from './proven-epoch.ts';

/** The result of a run, for people. */
export function renderRealProofs(proven: ReallyProvenEpoch): Line[] {
  const { view, proof, chain, refusals, wallMs, crs } = proven;
  return [
    [],
    [toned('good', `Epoch ${view.epoch} is proven on L1, by a proof that the verifier contract has checked.`)],
    ...(crs === 'development' ? [[toned('bad', 'Under the development CRS: anybody can forge such proofs.')]] : []),
    [`  rollup       ${chain.rollupAddress}, proven up to checkpoint ${chain.checkpoint}`],
    [`  verifier     ${chain.verifierAddress}`],
    [`  transaction  ${proof.transactionHash}, ${proof.gasUsed.toLocaleString('en-US')} gas`],
    ...refusals.map((refusal, index): Line => [
      `  refused      ${index === 0 ? 'altered proof' : 'other prover'}: ${refusal}`,
    ]),
    [`  time         ${formatDuration(wallMs)} in this run`],
    ...circuitRows(proven).map(({ circuit, proofs, seconds, measured }): Line => [
      `    ${circuit.padEnd(36)}${String(proofs).padStart(3)} ${formatDuration(seconds * 1000).padStart(12)}`,
      measured === undefined ? '' : `${String(measured.peakMemoryMib).padStart(8)} MiB`,
      measured?.memoryMode === 'low' ? ', in low-memory mode' : '',
    ]),
  ];
}
