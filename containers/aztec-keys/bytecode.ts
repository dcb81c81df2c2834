import { createHash } from 'node:crypto';

/** A compiled circuit, as Aztec's packages have it: bytecode in base64. */
interface Artifact {
  readonly bytecode: string;
}

/** The bytecode as `bb` and `acvm` read it. */
export function bytecodeOf({ bytecode }: Artifact): Buffer {
  return Buffer.from(bytecode, 'base64');
}

export function bytecodeSha256Of(artifact: Artifact): string {
  return createHash('sha256').update(bytecodeOf(artifact)).digest('hex');
}
