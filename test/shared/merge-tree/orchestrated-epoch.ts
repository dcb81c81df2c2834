import { type TreeNodeLocation, UnbalancedTreeStore } from '@aztec/foundation/trees';

import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { type ProvingJobId, makeProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import type { SeededRandom } from './seeded-random.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

/** A proof that was asked for. Its id is the digest of what would be its inputs, so the same inputs are the same job. */
export interface AskedJob {
  readonly id: ProvingJobId;
  readonly circuit: NativeCircuit;
  /** As often as the inputs hold them, in their order. */
  readonly children: readonly ProvingJobId[];
}

type OnProven = (proof: ProvingJobId) => void;

export const EPOCH = epochId(7);

/**
 * Asks for proofs when and as Aztec's orchestrator does, over Aztec's own `UnbalancedTreeStore`: nothing of ours decides
 * what is a leaf of what. Which transactions of a block are public is random, within the shape.
 */
export class OrchestratedEpoch {
  /** Everything asked for so far, in order. */
  readonly asked = new Map<ProvingJobId, AskedJob>();
  readonly #proven = new Set<ProvingJobId>();
  readonly #waiting = new Map<ProvingJobId, OnProven[]>();

  constructor(shape: readonly CheckpointShape[], random: SeededRandom) {
    const checkpoints = new Tier('CHECKPOINT_MERGE_ROLLUP', shape.length, this, ([left, right]) => {
      if (right !== undefined) this.ask('ROOT_ROLLUP', [left as ProvingJobId, right]);
      else
        this.ask('CHECKPOINT_PADDING_ROLLUP', [], '', (padding) =>
          this.ask('ROOT_ROLLUP', [left as ProvingJobId, padding]),
        );
    });
    shape.forEach((checkpoint, index) => this.#startCheckpoint(checkpoint, index, checkpoints, random));
  }

  ask(
    circuit: NativeCircuit,
    children: readonly ProvingJobId[],
    rest = '',
    onProven: OnProven = () => undefined,
  ): void {
    const id = makeProvingJobId(EPOCH, circuit, sha256Of(Buffer.from([circuit, ...children, rest].join('|'))));
    this.asked.set(id, this.asked.get(id) ?? { id, circuit, children });
    if (this.#proven.has(id)) onProven(id);
    else this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), onProven]);
  }

  prove(id: ProvingJobId): void {
    this.#proven.add(id);
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const onProven of waiting) onProven(id);
  }

  #startCheckpoint(
    { blocks, l1ToL2Messages }: CheckpointShape,
    index: number,
    checkpoints: Tier,
    random: SeededRandom,
  ): void {
    const blockTier = new Tier('BLOCK_MERGE_ROLLUP', blocks.length, this, (top) => {
      const circuit = blocks.length === 1 ? 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP' : 'CHECKPOINT_ROOT_ROLLUP';
      this.ask(circuit, top, `checkpoint ${index}`, (proof) => checkpoints.setLeaf(index, proof));
    });
    blocks.forEach(({ publicTxs, privateTxs }, block) => {
      const kinds = shuffled([...Array<true>(publicTxs).fill(true), ...Array<false>(privateTxs).fill(false)], random);
      const place = `checkpoint ${index} block ${block}`;
      const variant = kinds.length === 0 ? 'EMPTY_TX_' : kinds.length === 1 ? 'SINGLE_TX_' : '';
      const circuit = NativeCircuit.parse(`BLOCK_ROOT_${variant}${block === 0 ? 'FIRST_' : ''}ROLLUP`);
      const askForRoot = (children: readonly ProvingJobId[]): void => {
        this.ask(circuit, children, place, (proof) => blockTier.setLeaf(block, proof));
      };
      // The first block's root waits for the parity root as well.
      let parityRoot: ProvingJobId | undefined;
      let top: readonly ProvingJobId[] | undefined = kinds.length === 0 ? [] : undefined;
      const askIfReady = (): void => {
        if (top !== undefined && (block > 0 || parityRoot !== undefined)) {
          askForRoot(parityRoot === undefined ? top : [parityRoot, ...top]);
        }
      };
      if (block === 0) {
        this.#startParity(index, l1ToL2Messages, (proof) => {
          parityRoot = proof;
          askIfReady();
        });
      }
      const txTier = new Tier('TX_MERGE_ROLLUP', kinds.length, this, (children) => {
        top = children;
        askIfReady();
      });
      kinds.forEach((isPublic, tx) =>
        this.#startTx(`${place} tx ${tx}`, isPublic, (proof) => txTier.setLeaf(tx, proof)),
      );
    });
  }

  #startParity(checkpoint: number, messageCount: number, onProven: OnProven): void {
    const messages = Array.from({ length: 1024 }, (_, index) =>
      index < messageCount ? `${checkpoint}-${index}` : '0',
    );
    const proofs: (ProvingJobId | undefined)[] = [undefined, undefined, undefined, undefined];
    proofs.forEach((_, base) => {
      this.ask('PARITY_BASE', [], messages.slice(base * 256, (base + 1) * 256).join(), (proof) => {
        proofs[base] = proof;
        const ready = proofs.filter((known) => known !== undefined);
        if (ready.length === 4) this.ask('PARITY_ROOT', ready, '', onProven);
      });
    });
  }

  #startTx(tx: string, isPublic: boolean, onProven: OnProven): void {
    if (!isPublic) {
      this.ask('PRIVATE_TX_BASE_ROLLUP', [], tx, onProven);
      return;
    }
    let [chonk, vm]: (ProvingJobId | undefined)[] = [];
    const askIfReady = (): void => {
      if (chonk !== undefined && vm !== undefined) this.ask('PUBLIC_TX_BASE_ROLLUP', [chonk, vm], '', onProven);
    };
    this.ask('PUBLIC_CHONK_VERIFIER', [], tx, (proof) => {
      chonk = proof;
      askIfReady();
    });
    this.ask('PUBLIC_VM', [], tx, (proof) => {
      vm = proof;
      askIfReady();
    });
  }
}

/** One of Aztec's trees: asks for merges, and calls `onTop` with what is below its top. */
class Tier {
  readonly #store: UnbalancedTreeStore<ProvingJobId>;
  readonly #merge: NativeCircuit;
  readonly #epoch: OrchestratedEpoch;
  readonly #onTop: (children: readonly ProvingJobId[]) => void;

  constructor(
    merge: NativeCircuit,
    leafCount: number,
    epoch: OrchestratedEpoch,
    onTop: (children: readonly ProvingJobId[]) => void,
  ) {
    this.#store = new UnbalancedTreeStore(leafCount);
    this.#merge = merge;
    this.#epoch = epoch;
    this.#onTop = onTop;
  }

  setLeaf(index: number, proof: ProvingJobId): void {
    this.#proceed(this.#store.setLeaf(index, proof), proof);
  }

  #proceed(location: TreeNodeLocation, proof: ProvingJobId): void {
    if (location.level === 0) {
      this.#onTop([proof]);
      return;
    }
    if (this.#store.getSibling(location) === undefined) return;
    const parent = this.#store.getParentLocation(location);
    const children = this.#store.getChildren(parent).filter((child) => child !== undefined);
    if (parent.level === 0) {
      this.#onTop(children);
      return;
    }
    this.#epoch.ask(this.#merge, children, '', (merged) => {
      this.#store.setNode(parent, merged);
      this.#proceed(parent, merged);
    });
  }
}

function shuffled<T>(items: T[], random: SeededRandom): T[] {
  return items
    .map((item) => ({ item, key: random.below(1_000_000) }))
    .sort((left, right) => left.key - right.key)
    .map(({ item }) => item);
}
