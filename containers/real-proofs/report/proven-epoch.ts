import type { CrsKind } from '../../../shared/crs/crs-kind.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { CIRCUIT_CATALOGUE, isNative, type NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { ProofMeasurement } from '../../agent/families/proof-measurements.ts';
import type { MinedEpochProof } from '../../devnet/report/find-epoch-proof.ts';
import type { EpochView } from '../../epoch-view/fleet-snapshot.ts';
import type { FleetMakers } from '../../local-fleet/fleet.ts';
import type { SavedChain } from '../saved-chain.ts';

/** An epoch that was proven for real, and what it took. */
export interface ReallyProvenEpoch {
  readonly crs: CrsKind;
  readonly makers: FleetMakers;
  readonly view: EpochView;
  readonly proof: MinedEpochProof;
  readonly chain: SavedChain;
  /** Why the rollup refuses the root with its proof altered, and for another prover. */
  readonly refusals: readonly string[];
  /** Of Coppice's own agents, of all runs in the data directory. */
  readonly measurements: readonly ProofMeasurement[];
  readonly jobs: readonly JobRecord[];
  /** Of this run, keys and chain included. */
  readonly wallMs: number;
}

/** What the proofs of one circuit took. */
export interface CircuitRow {
  readonly circuit: NativeCircuit;
  readonly log2Gates: number;
  readonly proofs: number;
  /** Of the longest, with its witness. */
  readonly seconds: number;
  /** `undefined` where nobody measured it: of official agents. */
  readonly measured: ProofMeasurement | undefined;
}

/** One row a circuit, in the order in which they were proven. */
export function circuitRows({ jobs, measurements }: ReallyProvenEpoch): readonly CircuitRow[] {
  const proven = jobs
    .filter(({ state }) => state === 'proven')
    .toSorted((a, b) => (a.settledAtMs ?? 0) - (b.settledAtMs ?? 0));
  const circuits = [...new Set(proven.map(({ circuit }) => circuit))].filter(isNative);
  return circuits.map((circuit) => {
    const own = proven.filter((job) => job.circuit === circuit);
    return {
      circuit,
      log2Gates: CIRCUIT_CATALOGUE[circuit].log2Gates,
      proofs: own.length,
      seconds: Math.max(...own.map(({ provingMs = 0 }) => provingMs)) / 1000,
      measured: measurements.findLast((measurement) => measurement.circuit === circuit),
    };
  });
}
