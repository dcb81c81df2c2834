import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ObjectConflictError, ObjectCorruptError, ObjectMissingError } from '../../shared/proof-store/errors.ts';
import { inputsKey, outputsKey, type ProofKey, type ProofStore } from '../../shared/proof-store/proof-store.ts';
import { sha256Of } from '../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from './a-new-job.ts';

export interface ProofStoreHarness {
  readonly proofs: ProofStore;
  /** Replaces what the key holds, behind the store's back. */
  overwrite(key: ProofKey, bytes: Uint8Array): Promise<void>;
  remove(key: ProofKey): Promise<void>;
  /** What was set aside, in any order. */
  quarantined(): Promise<readonly { readonly bytes: Uint8Array; readonly reason: string }[]>;
  close(): Promise<void>;
}

export function describeProofStoreContract(adapter: string, open: () => Promise<ProofStoreHarness>): void {
  describe(`ProofStore contract: ${adapter}`, () => {
    let harness: ProofStoreHarness;
    let proofs: ProofStore;
    beforeEach(async () => {
      harness = await open();
      proofs = harness.proofs;
    });
    afterEach(() => harness.close());

    it.each([
      ['a few bytes', bytesOf('{"proof":[]}')],
      ['nothing', new Uint8Array()],
      ['every byte value', Uint8Array.from({ length: 256 }, (_, value) => value)],
      ['megabytes', new Uint8Array(5_000_000).fill(7)],
    ])('reads back %s as stored', async (_, bytes) => {
      const key = aKey();
      const object = await proofs.put(key, bytes);
      expect(object).toEqual({ key, sha256: sha256Of(bytes), sizeBytes: bytes.byteLength });
      expect(Buffer.from(await proofs.get(object)).equals(bytes)).toBe(true);
    });

    it('keeps the inputs and the proof of a job apart', async () => {
      const { id, circuit } = aNewJob();
      const inputs = await proofs.put(inputsKey(circuit, id), bytesOf('inputs'));
      const proof = await proofs.put(outputsKey(circuit, id), bytesOf('proof'));
      expect(textOf(await proofs.get(inputs))).toBe('inputs');
      expect(textOf(await proofs.get(proof))).toBe('proof');
    });

    it('returns the same object when the same bytes are stored again', async () => {
      const key = aKey();
      const first = await proofs.put(key, bytesOf('proof'));
      expect(await proofs.put(key, bytesOf('proof'))).toEqual(first);
    });

    it('refuses other bytes under a key that is taken, reports the digest of the stored ones, and keeps them', async () => {
      const key = aKey();
      const first = await proofs.put(key, bytesOf('first'));
      const refusal = proofs.put(key, bytesOf('second proof'));
      await expect(refusal).rejects.toBeInstanceOf(ObjectConflictError);
      await expect(refusal).rejects.toMatchObject({ key, existingSha256: first.sha256, existingSizeBytes: 5 });
      expect(textOf(await proofs.get(first))).toBe('first');
    });

    it('stores one of several writers of a key at once, whole, and refuses the others', async () => {
      const key = aKey();
      const candidates = Array.from({ length: 8 }, (_, index) => new Uint8Array(300_000).fill(index));
      const answers = await Promise.allSettled(candidates.map((bytes) => proofs.put(key, bytes)));
      const winners = answers.filter((answer) => answer.status === 'fulfilled');
      const refusals = answers.filter((answer) => answer.status === 'rejected');
      expect(winners).toHaveLength(1);
      expect(refusals.map(({ reason }) => (reason as Error).name)).toEqual(Array(7).fill('ObjectConflictError'));
      await proofs.get(winners[0]!.value);
    });

    it('stores for all of several writers of the same bytes at once', async () => {
      const key = aKey();
      const objects = await Promise.all(Array.from({ length: 8 }, () => proofs.put(key, new Uint8Array(300_000))));
      expect(new Set(objects.map(({ sha256 }) => sha256)).size).toBe(1);
      await proofs.get(objects[0]!);
    });

    it('rejects a read of an empty key', async () => {
      const key = aKey();
      const object = { key, sha256: sha256Of(bytesOf('proof')), sizeBytes: 5 };
      await expect(proofs.get(object)).rejects.toBeInstanceOf(ObjectMissingError);
      await proofs.put(key, bytesOf('proof'));
      await harness.remove(key);
      await expect(proofs.get(object)).rejects.toMatchObject({ name: 'ObjectMissingError', key });
    });

    it.each([
      ['truncated', 'proo'],
      ['emptied', ''],
      ['altered', 'prOof'],
      ['longer than it was', 'proof.'],
    ])('refuses to hand out an object that was %s', async (_, text) => {
      const object = await proofs.put(aKey(), bytesOf('proof'));
      await harness.overwrite(object.key, bytesOf(text));
      const refusal = proofs.get(object);
      await expect(refusal).rejects.toBeInstanceOf(ObjectCorruptError);
      await expect(refusal).rejects.toMatchObject({
        key: object.key,
        expectedSha256: object.sha256,
        actualSha256: sha256Of(bytesOf(text)),
      });
    });

    it('refuses to hand out an object whose size is not the one on record', async () => {
      const object = await proofs.put(aKey(), bytesOf('proof'));
      await expect(proofs.get({ ...object, sizeBytes: 4 })).rejects.toBeInstanceOf(ObjectCorruptError);
    });

    it('sets an object aside with the reason, and lets the key be written again', async () => {
      const key = aKey();
      const first = await proofs.put(key, bytesOf('broken'));
      await proofs.quarantine(key, 'it does not parse');
      await expect(proofs.get(first)).rejects.toBeInstanceOf(ObjectMissingError);
      const second = await proofs.put(key, bytesOf('whole'));
      expect(textOf(await proofs.get(second))).toBe('whole');
      expect(await harness.quarantined()).toEqual([{ bytes: bytesOf('broken'), reason: 'it does not parse' }]);
    });

    it('keeps every object that was set aside from under one key', async () => {
      const key = aKey();
      for (const text of ['first', 'second']) {
        await proofs.put(key, bytesOf(text));
        await proofs.quarantine(key, `${text} is bad`);
      }
      const aside = await harness.quarantined();
      expect(aside.map(({ bytes, reason }) => [textOf(bytes), reason]).toSorted()).toEqual([
        ['first', 'first is bad'],
        ['second', 'second is bad'],
      ]);
    });

    it('sets aside the object that was seen, and not one that has replaced it', async () => {
      const key = aKey();
      const first = await proofs.put(key, bytesOf('broken'));
      await proofs.quarantine(key, 'seen by one node', first.sha256);
      const second = await proofs.put(key, bytesOf('whole'));
      await proofs.quarantine(key, 'seen by another node', first.sha256);
      expect(textOf(await proofs.get(second))).toBe('whole');
      expect((await harness.quarantined()).map(({ reason }) => reason)).toEqual(['seen by one node']);
    });

    it('sets nothing aside when the key holds nothing', async () => {
      await proofs.quarantine(aKey(), 'it was lost');
      expect(await harness.quarantined()).toEqual([]);
    });
  });
}

function aKey(): ProofKey {
  const { id, circuit } = aNewJob();
  return outputsKey(circuit, id);
}

/** A plain array of bytes: a Buffer of the same bytes is not equal to it in an assertion. */
function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
