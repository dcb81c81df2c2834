import { z } from 'zod';

import { AttemptCause } from '../../../shared/ledger/job-ledger.ts';
import { CircuitName, NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const RequestId = z.number().int().positive();

/** A request to the prover process: `open` first and once, then one request at a time; `prepare` at any time. */
export const ProverRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('open'),
    families: z.array(z.strictObject({ name: z.string(), module: z.url(), options: z.unknown() })),
    circuits: z.array(NativeCircuit),
    /** Whether to check the machine before `ready`. */
    check: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('prove'), requestId: RequestId, circuit: CircuitName, inputs: Bytes }),
  /** Has no response. */
  z.strictObject({ kind: z.literal('prepare'), circuit: CircuitName, inputs: Bytes }),
  z.strictObject({ kind: z.literal('check-proof'), requestId: RequestId, circuit: CircuitName, proof: Bytes }),
]);
export type ProverRequest = z.infer<typeof ProverRequest>;

/** A response of the prover process. */
export const ProverResponse = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('unfit'), problems: z.array(z.string()) }),
  z.strictObject({
    kind: z.literal('proven'),
    requestId: RequestId,
    proof: Bytes,
    provingMs: z.number().nonnegative(),
  }),
  z.strictObject({ kind: z.literal('failed'), requestId: RequestId, cause: AttemptCause, message: z.string() }),
  /** `problem` says why it is not a proof of that circuit. */
  z.strictObject({ kind: z.literal('checked'), requestId: RequestId, problem: z.string().optional() }),
]);
export type ProverResponse = z.infer<typeof ProverResponse>;
