import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, expect, inject, it, vi } from 'vitest';

import { EMULATOR_VARIABLES } from '../../../containers/local-fleet/aws-emulator.ts';
import { AztecFileStores } from '../../../shared/proof-store/aztec-file-stores.ts';
import { openAwsHarness } from '../../contract/aws-harness.ts';

const BYTES = Buffer.from('{"type":16,"result":"a proof"}');
const KEY = 'outputs/PARITY_BASE/x.json';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('reads from a bucket what a process with the same store has put there', async () => {
  for (const [name, value] of Object.entries(EMULATOR_VARIABLES)) vi.stubEnv(name, value);
  const harness = await openAwsHarness(['bucket']);
  const store = `s3://${harness.names.proofsBucket}/proofs?endpoint=${inject('aws').endpoint ?? ''}`;
  const uri = (await new AztecFileStores(store).save(KEY, BYTES)) ?? '';
  expect(uri).toBe(`s3://${harness.names.proofsBucket}/proofs/${KEY}`);
  expect(Buffer.from(await new AztecFileStores(store).read(uri))).toEqual(BYTES);
  await harness.close();
});

it('reads from a folder what another process has put there, without a configured store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'coppice-file-store-'));
  const uri = (await new AztecFileStores(pathToFileURL(directory).href).save(KEY, BYTES)) ?? '';
  expect(Buffer.from(await new AztecFileStores().read(uri))).toEqual(BYTES);
  await rm(directory, { recursive: true });
});

it('saves nothing without a configured store', async () => {
  expect(await new AztecFileStores().save(KEY, BYTES)).toBeUndefined();
});
