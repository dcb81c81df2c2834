import { afterEach, expect, it } from 'vitest';

import { probeProofsBucket } from '../../../../../shared/engine/aws/s3/probe-proofs-bucket.ts';
import { ProofBucketMissingError } from '../../../../../shared/proof-store/errors.ts';
import { type ScriptedAnswer, type ScriptedS3, startScriptedS3 } from './scripted-s3.ts';

let scripted: ScriptedS3;
afterEach(() => scripted.close());

function failure(status: number, code: string): ScriptedAnswer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
  };
}

const ABSENT = failure(404, 'NoSuchKey');
const DENIED = failure(403, 'AccessDenied');

async function probe(...answers: [ScriptedAnswer, ...ScriptedAnswer[]]): Promise<void> {
  scripted = await startScriptedS3(...answers);
  await probeProofsBucket({ s3: scripted.s3, bucket: 'proofs' });
}

it('reads and writes nothing, on the condition that there is something', async () => {
  await probe(ABSENT);
  expect(scripted.requests.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  expect(scripted.requests[1]?.headers['if-match']).toBe(`"${'0'.repeat(32)}"`);
});

it('is content where another object is there: the condition refuses the upload', async () => {
  await expect(probe(ABSENT, failure(412, 'PreconditionFailed'))).resolves.toBeUndefined();
});

it.each([
  ['s3:GetObject', [DENIED]],
  ['s3:PutObject', [ABSENT, DENIED]],
] as const)('names the permission %s that the role lacks', async (action, [first, ...rest]) => {
  await expect(probe(first, ...rest)).rejects.toMatchObject({ name: 'ProofStoreRefusalError', action });
});

it('says that there is no such bucket', async () => {
  await expect(probe(failure(404, 'NoSuchBucket'))).rejects.toThrow(ProofBucketMissingError);
});
