import { jsonParseWithSchema } from '@aztec/foundation/json-rpc';
import { AbortError } from '@aztec/foundation/error';
import type { AvmCircuitInputs } from '@aztec/stdlib/avm';
import {
  type ProvingJobInputsMap,
  ProvingJobResult,
  type ProvingJobResultsMap,
  type ServerCircuitProver,
} from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';

import type { IncidentLog } from '../../shared/ledger/incident-log.ts';
import { reportIncident } from '../../shared/ledger/report-incident.ts';
import { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { EpochStoppedError } from '../../shared/proof-requests/errors.ts';
import { ProofOrigins } from './proof-origins.ts';
import type { ProofRequests } from '../../shared/proof-requests/proof-requests.ts';

export interface FleetCircuitProverDeps {
  readonly requests: ProofRequests;
  readonly incidents: IncidentLog;
  readonly log: Logger;
  /** Called with the root's job when its proof has arrived. */
  readonly onRootProven?: (jobId: ProvingJobId) => void;
}

type Inputs<T extends ProvingRequestType> = ProvingJobInputsMap[T];
type Result<T extends ProvingRequestType> = Promise<ProvingJobResultsMap[T]>;

/**
 * Aztec's circuit prover, with a fleet behind it: it makes a job, edges included, of each request of the
 * `ProvingOrchestrator`. One for each attempt at an epoch.
 */
export class FleetCircuitProver implements ServerCircuitProver {
  readonly #deps: FleetCircuitProverDeps;
  readonly #origins = new ProofOrigins();

  constructor(deps: FleetCircuitProverDeps) {
    this.#deps = deps;
  }

  getAvmProof(inputs: AvmCircuitInputs): Result<ProvingRequestType.PUBLIC_VM> {
    return this.#prove(ProvingRequestType.PUBLIC_VM, inputs);
  }

  getPublicChonkVerifierProof(
    inputs: Inputs<ProvingRequestType.PUBLIC_CHONK_VERIFIER>,
  ): Result<ProvingRequestType.PUBLIC_CHONK_VERIFIER> {
    return this.#prove(ProvingRequestType.PUBLIC_CHONK_VERIFIER, inputs);
  }

  getPrivateTxBaseRollupProof(
    inputs: Inputs<ProvingRequestType.PRIVATE_TX_BASE_ROLLUP>,
  ): Result<ProvingRequestType.PRIVATE_TX_BASE_ROLLUP> {
    return this.#prove(ProvingRequestType.PRIVATE_TX_BASE_ROLLUP, inputs);
  }

  getPublicTxBaseRollupProof(
    inputs: Inputs<ProvingRequestType.PUBLIC_TX_BASE_ROLLUP>,
  ): Result<ProvingRequestType.PUBLIC_TX_BASE_ROLLUP> {
    return this.#prove(ProvingRequestType.PUBLIC_TX_BASE_ROLLUP, inputs);
  }

  getTxMergeRollupProof(
    inputs: Inputs<ProvingRequestType.TX_MERGE_ROLLUP>,
  ): Result<ProvingRequestType.TX_MERGE_ROLLUP> {
    return this.#prove(ProvingRequestType.TX_MERGE_ROLLUP, inputs);
  }

  getBlockRootFirstRollupProof(
    inputs: Inputs<ProvingRequestType.BLOCK_ROOT_FIRST_ROLLUP>,
  ): Result<ProvingRequestType.BLOCK_ROOT_FIRST_ROLLUP> {
    return this.#prove(ProvingRequestType.BLOCK_ROOT_FIRST_ROLLUP, inputs);
  }

  getBlockRootSingleTxFirstRollupProof(
    inputs: Inputs<ProvingRequestType.BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP>,
  ): Result<ProvingRequestType.BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP> {
    return this.#prove(ProvingRequestType.BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP, inputs);
  }

  getBlockRootEmptyTxFirstRollupProof(
    inputs: Inputs<ProvingRequestType.BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP>,
  ): Result<ProvingRequestType.BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP> {
    return this.#prove(ProvingRequestType.BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP, inputs);
  }

  getBlockRootRollupProof(
    inputs: Inputs<ProvingRequestType.BLOCK_ROOT_ROLLUP>,
  ): Result<ProvingRequestType.BLOCK_ROOT_ROLLUP> {
    return this.#prove(ProvingRequestType.BLOCK_ROOT_ROLLUP, inputs);
  }

  getBlockRootSingleTxRollupProof(
    inputs: Inputs<ProvingRequestType.BLOCK_ROOT_SINGLE_TX_ROLLUP>,
  ): Result<ProvingRequestType.BLOCK_ROOT_SINGLE_TX_ROLLUP> {
    return this.#prove(ProvingRequestType.BLOCK_ROOT_SINGLE_TX_ROLLUP, inputs);
  }

  getBlockMergeRollupProof(
    inputs: Inputs<ProvingRequestType.BLOCK_MERGE_ROLLUP>,
  ): Result<ProvingRequestType.BLOCK_MERGE_ROLLUP> {
    return this.#prove(ProvingRequestType.BLOCK_MERGE_ROLLUP, inputs);
  }

  getCheckpointRootRollupProof(
    inputs: Inputs<ProvingRequestType.CHECKPOINT_ROOT_ROLLUP>,
  ): Result<ProvingRequestType.CHECKPOINT_ROOT_ROLLUP> {
    return this.#prove(ProvingRequestType.CHECKPOINT_ROOT_ROLLUP, inputs);
  }

  getCheckpointRootSingleBlockRollupProof(
    inputs: Inputs<ProvingRequestType.CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP>,
  ): Result<ProvingRequestType.CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP> {
    return this.#prove(ProvingRequestType.CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP, inputs);
  }

  getCheckpointPaddingRollupProof(
    inputs: Inputs<ProvingRequestType.CHECKPOINT_PADDING_ROLLUP>,
  ): Result<ProvingRequestType.CHECKPOINT_PADDING_ROLLUP> {
    return this.#prove(ProvingRequestType.CHECKPOINT_PADDING_ROLLUP, inputs);
  }

  getCheckpointMergeRollupProof(
    inputs: Inputs<ProvingRequestType.CHECKPOINT_MERGE_ROLLUP>,
  ): Result<ProvingRequestType.CHECKPOINT_MERGE_ROLLUP> {
    return this.#prove(ProvingRequestType.CHECKPOINT_MERGE_ROLLUP, inputs);
  }

  getRootRollupProof(inputs: Inputs<ProvingRequestType.ROOT_ROLLUP>): Result<ProvingRequestType.ROOT_ROLLUP> {
    return this.#prove(ProvingRequestType.ROOT_ROLLUP, inputs);
  }

  getBaseParityProof(inputs: Inputs<ProvingRequestType.PARITY_BASE>): Result<ProvingRequestType.PARITY_BASE> {
    return this.#prove(ProvingRequestType.PARITY_BASE, inputs);
  }

  getRootParityProof(inputs: Inputs<ProvingRequestType.PARITY_ROOT>): Result<ProvingRequestType.PARITY_ROOT> {
    return this.#prove(ProvingRequestType.PARITY_ROOT, inputs);
  }

  async #prove<T extends ProvingRequestType>(type: T, inputs: Inputs<T>): Result<T> {
    const circuit = CircuitName.parse(ProvingRequestType[type]);
    const { children, unknownSlots } = this.#origins.childrenOf(inputs);
    const { jobId, proof } = await this.#deps.requests
      .prove({
        circuit,
        wireType: type,
        inputs: () => inputs.toBuffer(),
        children,
        parse: (bytes) => parseProof(type, bytes),
      })
      .catch((error: unknown) => {
        // The orchestrator drops an aborted request silently; it takes any other error for a failed proof.
        throw error instanceof EpochStoppedError ? new AbortError(error.message) : error;
      });
    if (unknownSlots.length > 0) {
      // The proof is valid; only the tree that operators see lacks an edge.
      const message = `no job of this epoch made the proof in ${unknownSlots.join(', ')}`;
      this.#deps.log.warn({ jobId, unknownSlots }, message);
      await reportIncident(
        { engine: this.#deps, log: this.#deps.log },
        { kind: 'missing-edge', subject: jobId, message },
      );
    }
    if (type === ProvingRequestType.PUBLIC_VM) {
      const result = proof as ProvingJobResultsMap[ProvingRequestType.PUBLIC_VM];
      this.#origins.add(jobId, (inputs as AvmCircuitInputs).publicInputs, result);
    } else {
      const result = proof as ProvingJobResultsMap[Exclude<ProvingRequestType, ProvingRequestType.PUBLIC_VM>];
      this.#origins.add(jobId, result.inputs, result.proof);
    }
    if (type === ProvingRequestType.ROOT_ROLLUP) this.#deps.onRootProven?.(jobId);
    return proof;
  }
}

/** @throws when the bytes are not Aztec's JSON of a result of `type`. */
function parseProof<T extends ProvingRequestType>(type: T, bytes: Uint8Array): ProvingJobResultsMap[T] {
  const output = jsonParseWithSchema(Buffer.from(bytes).toString('utf8'), ProvingJobResult);
  if (output.type !== type) {
    throw new Error(`expected a proof of ${ProvingRequestType[type]}, got one of ${ProvingRequestType[output.type]}`);
  }
  return output.result as ProvingJobResultsMap[T];
}
