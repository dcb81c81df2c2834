import { AZTEC_FAMILY, aztecEntry } from './aztec-circuits.ts';
import type { CircuitEntry } from './circuit-family.ts';

type Circuits = Readonly<Record<string, CircuitEntry>>;

/** A run of Aztec's versions that have the same circuits. */
interface VersionLine {
  /** The first major version of the line. */
  readonly fromMajor: number;
  readonly circuits: Circuits;
}

/**
 * 5.2.0: the circuits of 4.1.2, whose delay table it kept. Its key of the chonk verifier is half the size (2^21 gates, read
 * from the artifacts of `@aztec/noir-protocol-circuits-types` 5.2.0); all other keys are as large as before.
 */
const V5_CIRCUITS: Circuits = {
  ...AZTEC_FAMILY.circuits,
  PUBLIC_CHONK_VERIFIER: aztecEntry('small', 'normal', 'leaves', 16.4, 21),
};

const {
  PARITY_BASE: _base,
  PARITY_ROOT: _root,
  BLOCK_ROOT_FIRST_ROLLUP: _first,
  BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP: _firstSingleTx,
  BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: _firstEmptyTx,
  ...V6_KEPT
} = V5_CIRCUITS;

/**
 * 6.0.0: the first block of a checkpoint has no circuits to itself, and one parity proof stands in for five. Seconds of the
 * two new ones are from 6.0's delay table (witness and proof); sizes are those of the circuits they replace, since the artifacts
 * of 6.0 are not on npm.
 */
const V6_CIRCUITS: Circuits = {
  ...V6_KEPT,
  BLOCK_ROOT_NO_TXS_ROLLUP: aztecEntry('small', 'urgent', 'block roots', 4.5, 20),
  // A leaf, and urgent: the checkpoint root waits for this one job, which a backlog of transactions must not hold up.
  INBOX_PARITY: aztecEntry('medium', 'urgent', 'leaves', 16.9, 22),
};

/** Oldest first. The first is the line of the packages that are installed. */
const VERSION_LINES: readonly [VersionLine, ...VersionLine[]] = [
  { fromMajor: 4, circuits: AZTEC_FAMILY.circuits },
  { fromMajor: 5, circuits: V5_CIRCUITS },
  { fromMajor: 6, circuits: V6_CIRCUITS },
];

/** The major versions of Aztec whose circuits are known, oldest first. */
export const KNOWN_MAJOR_VERSIONS: readonly number[] = VERSION_LINES.map(({ fromMajor }) => fromMajor);

/**
 * Aztec's circuits in that version. A version newer than every known line counts as the newest line, anything else as the oldest.
 * @param networkVersion such as `6.0.0` or `6.0.0-rc.1`
 */
export function circuitsOfLine(networkVersion: string): Circuits {
  const [oldest] = VERSION_LINES;
  const major = Number.parseInt(networkVersion, 10);
  return (VERSION_LINES.findLast(({ fromMajor }) => fromMajor <= major) ?? oldest).circuits;
}

/** The circuit as the oldest line that has it knows it; `undefined` where no line does. */
export function circuitOfAnyLine(name: string): CircuitEntry | undefined {
  return VERSION_LINES.find(({ circuits }) => Object.hasOwn(circuits, name))?.circuits[name];
}
