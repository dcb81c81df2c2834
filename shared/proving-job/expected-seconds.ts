import { CIRCUIT_CATALOGUE, type CircuitName, circuitOf, isNative, NativeCircuit } from './circuit-catalogue.ts';
import { MEASURED_PROOFS } from './measured-proofs.ts';

/** How many times the catalogue's seconds the measured circuits take at speed 1: the median. For circuits that were not measured. */
const BESIDE_CATALOGUE = medianOf(
  NativeCircuit.options.flatMap((circuit) => {
    const measured = MEASURED_PROOFS[circuit];
    return measured === undefined ? [] : [measured.seconds / CIRCUIT_CATALOGUE[circuit].expectedSeconds];
  }),
);

/**
 * How long a job of the circuit is expected to take, in seconds, before one was proven.
 * @param speed of its agents, as `speed-class.ts` has it, if it is known: real proofs of Aztec's circuits then take as long as they were measured to
 */
export function expectedSecondsOf(circuit: CircuitName, networkVersion: string, speed: number | undefined): number {
  const { expectedSeconds, family } = circuitOf(circuit, networkVersion);
  if (speed === undefined || family !== 'aztec') return expectedSeconds;
  const measured = isNative(circuit) ? MEASURED_PROOFS[circuit] : undefined;
  return (measured?.seconds ?? BESIDE_CATALOGUE * expectedSeconds) / speed;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 1;
}
