import type { WireJobFilter } from '../../../shared/broker-api/wire-types.ts';
import { AztecCircuit } from '../../../shared/proving-job/aztec-circuits.ts';

/** Asks a broker for jobs of these circuits, by their numbers in the installed version of Aztec. */
export async function wireFilterOf(circuits: readonly string[]): Promise<WireJobFilter> {
  if (AztecCircuit.options.every((circuit) => circuits.includes(circuit))) return { allowList: [] };
  const { ProvingRequestType } = await import('@aztec/stdlib/proofs');
  const wanted = AztecCircuit.options.filter((circuit) => circuits.includes(circuit));
  return { allowList: wanted.map((circuit) => ProvingRequestType[circuit]) };
}
