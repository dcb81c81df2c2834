import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { BodyCutError, readBody } from '../../../../../shared/engine/aws/s3/s3-read-body.ts';
import { sha256Of } from '../../../../../shared/proving-job/proving-job-id.ts';

const PATIENCE = { answerMs: 10_000, idleMs: 300, slowestBytesPerSecond: 1_000_000, firstPauseMs: 1 };

describe('readBody', () => {
  it('reads a body whose pieces arrive slowly, each in time', async () => {
    const pieces = [1, 2, 3, 4, 5].map((value) => new Uint8Array([value]));
    async function* inTime(): AsyncGenerator<Uint8Array> {
      for (const piece of pieces) {
        await sleep(PATIENCE.idleMs / 3);
        yield piece;
      }
    }
    const { bytes, sha256 } = await readBody(Readable.from(inTime()), pieces.length, PATIENCE);
    expect([...bytes]).toEqual([1, 2, 3, 4, 5]);
    expect(sha256).toBe(sha256Of(bytes));
  });

  it('treats a body that ends before its announced length as cut off', async () => {
    const short = readBody(Readable.from([new Uint8Array(3)]), 4, PATIENCE);
    await expect(short).rejects.toBeInstanceOf(BodyCutError);
    await expect(short).rejects.toMatchObject({ receivedBytes: 3, announcedBytes: 4 });
  });

  it('reads a body without an announced length to its end', async () => {
    const { bytes } = await readBody(Readable.from([new Uint8Array(3)]), undefined, PATIENCE);
    expect(bytes.byteLength).toBe(3);
  });
});
