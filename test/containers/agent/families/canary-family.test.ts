import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { findCanaryProblems } from '../../../../containers/agent/families/canary-checks.ts';
import { openFamily } from '../../../../containers/agent/families/canary-family.ts';
import { familyReference } from '../../../../containers/agent/families/family-registry.ts';
import { ProverProcess } from '../../../../containers/agent/prover/prover-process.ts';
import { keyInputs, leafInputs, mergeInputs } from '../../../../shared/canary/canary-inputs.ts';
import { encodeCanaryProof, parseCanaryProof } from '../../../../shared/canary/canary-proof.ts';
import { artifactSha256 } from '../../../../shared/canary/circuit-artifact.ts';
import { fieldOf } from '../../../../shared/canary/field.ts';
import { parseVerificationKey } from '../../../../shared/canary/verification-key.ts';
import { developmentCrs, LEAF_POINTS } from '../../../fixtures/development-crs.ts';
import { recordedKeys, recordedProofs } from '../../../fixtures/canary/recorded-proofs.ts';
import { untilGone } from '../../../fixtures/test-fleet.ts';

const keys = recordedKeys();
const { first } = recordedProofs();
const { tree, from, to } = parseCanaryProof('CANARY_LEAF', first).statement;
const inputs = leafInputs({ tree, from, to }, keys);
let crsPath: string;

beforeAll(async () => {
  crsPath = await developmentCrs(LEAF_POINTS);
});

describe('the canary’s prover', () => {
  it('proves a leaf, the same proof every time', async () => {
    const environment = { ...process.env };
    const family = await openFamily({ crs: 'development', crsPath });
    const proof = await family.prove('CANARY_LEAF', inputs);
    expect({ ...process.env }, 'what Aztec’s prover finds beside it').toEqual(environment);
    expect(proof).toEqual(first);
    await expect(family.checkProof('CANARY_LEAF', proof)).resolves.toBeUndefined();
    await expect(family.checkProof('CANARY_MERGE', proof)).rejects.toThrow('not of CANARY_MERGE');
  });

  it('computes the key that is kept beside the circuit', async () => {
    const family = await openFamily({ crs: 'development', crsPath });
    const choice = { circuit: 'CANARY_LEAF', work: 1 } as const;
    const wanted = keyInputs({ ...choice, crs: 'development', artifactSha256: artifactSha256(choice) });
    const key = await family.prove('CANARY_KEY', wanted);
    expect(parseVerificationKey(key)).toEqual(keys.leaf);
    await expect(family.checkProof('CANARY_KEY', key)).resolves.toBeUndefined();
  });

  it('refuses a leaf that leads elsewhere, jobs of the other reference string, and circuits that it has not', async () => {
    const family = await openFamily({ crs: 'development', crsPath });
    const elsewhere = leafInputs({ tree, from, to: fieldOf(9) }, keys);
    await expect(family.prove('CANARY_LEAF', elsewhere)).rejects.toThrow('the circuit rejects these inputs');
    const ceremony = leafInputs({ tree, from, to }, { ...keys, leaf: { ...keys.leaf, crs: 'ceremony' } });
    await expect(family.prove('CANARY_LEAF', ceremony)).rejects.toThrow('the job is for the ceremony CRS');
    const choice = { circuit: 'CANARY_LEAF', work: 1 } as const;
    const other = keyInputs({
      ...choice,
      crs: 'development',
      artifactSha256: artifactSha256({ circuit: 'CANARY_ROOT' }),
    });
    await expect(family.prove('CANARY_KEY', other)).rejects.toThrow('another version of the circuit');
    await expect(family.prove('PARITY_BASE', inputs)).rejects.toThrow('PARITY_BASE is not a circuit of the canary');
  });

  it('cannot merge a leaf whose proof was altered by one bit', async () => {
    const family = await openFamily({ crs: 'development', crsPath });
    const second = parseCanaryProof('CANARY_LEAF', recordedProofs().second);
    const proof = Buffer.from(second.proof, 'base64');
    proof[32 * 300 + 31]! ^= 1;
    const altered = encodeCanaryProof({ ...second, proof: proof.toString('base64') });
    await expect(family.prove('CANARY_MERGE', mergeInputs(first, altered, keys))).rejects.toMatchObject({
      name: 'ProofFailedError',
      attemptCause: 'failure',
      message: expect.stringContaining('bb: ') as string,
    });
  });

  it('finds what a machine lacks before its first claim', async () => {
    const small = { crs: 'development', crsPath } as const;
    expect(await findCanaryProblems(small, ['PARITY_BASE'])).toEqual([]);
    expect(await findCanaryProblems({ ...small, memoryMib: 1024 }, ['CANARY_MERGE'])).toEqual([
      'CANARY_MERGE needs about 2420 MiB of memory, but there are 1024 MiB: give the agent more memory, or only pools with smaller circuits',
      `the development CRS in ${crsPath} has ${LEAF_POINTS} points, but 2097153 are needed: run coppice crs --development`,
    ]);
    expect(await findCanaryProblems({ ...small, crs: 'ceremony' }, ['CANARY_LEAF'])).toEqual([
      `${crsPath} holds the development CRS, but the agent is to prove under the ceremony one: set CRS_PATH to the folder of that one`,
    ]);
    const none = path.join(crsPath, 'none');
    expect(await findCanaryProblems({ ...small, crsPath: none }, ['CANARY_LEAF'])).toEqual([
      `missing development CRS in ${none}: run coppice crs --development`,
    ]);
    expect(await findCanaryProblems({ crs: 'ceremony', crsPath: none }, ['CANARY_LEAF'])).toEqual([]);
  });
});

describe('the bb of an agent', () => {
  let prover: ProverProcess;

  beforeEach(async () => {
    const families = [familyReference('canary', { crs: 'development', crsPath, threads: 1 })];
    prover = await ProverProcess.open({ families, circuits: ['CANARY_LEAF'] }, pino({ level: 'silent' }), {
      check: false,
    });
  });

  afterEach(async () => {
    await prover.kill();
  });

  it('stays for all proofs, and uses no more threads than it is given', async () => {
    const { proof } = await prover.prove('CANARY_LEAF', inputs);
    const bb = await bbOf(prover.pid);
    await prover.prove('CANARY_LEAF', inputs);
    expect(Buffer.from(proof)).toEqual(Buffer.from(first));
    expect(await bbOf(prover.pid)).toBe(bb);
    const environment = (await readFile(`/proc/${bb}/environ`, 'utf8')).split('\0');
    expect(environment).toContain('HARDWARE_CONCURRENCY=1');
    expect(environment).toContain(`CRS_PATH=${crsPath}`);
  });

  it('goes with its prover, which is killed on an abort, a time-out or a lost lease', async () => {
    await prover.prove('CANARY_LEAF', inputs);
    const bb = await bbOf(prover.pid);
    const proving = prover.prove('CANARY_LEAF', inputs);
    await Promise.all([prover.kill(), expect(proving).rejects.toThrow()]);
    await untilGone(bb);
  });

  it('ends with a prover that was killed from outside', async () => {
    await prover.prove('CANARY_LEAF', inputs);
    const bb = await bbOf(prover.pid);
    process.kill(prover.pid!, 'SIGKILL');
    await untilGone(bb);
  });

  it('counts as out of memory when the kernel kills it, and another takes its place', async () => {
    await prover.prove('CANARY_LEAF', inputs);
    const bb = await bbOf(prover.pid);
    process.kill(bb, 'SIGKILL');
    await expect(prover.prove('CANARY_LEAF', inputs)).rejects.toMatchObject({ attemptCause: 'out-of-memory' });
    const { proof } = await prover.prove('CANARY_LEAF', inputs);
    expect(Buffer.from(proof)).toEqual(Buffer.from(first));
  });
});

/** The one `bb` among a prover's children. */
async function bbOf(proverPid: number | undefined): Promise<number> {
  const children = await readFile(`/proc/${proverPid}/task/${proverPid}/children`, 'utf8');
  const names = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map(async (pid) => ({ pid: Number(pid), name: await readFile(`/proc/${pid}/comm`, 'utf8') })),
  );
  const pids = names.filter(({ name }) => name.trim() === 'bb').map(({ pid }) => pid);
  expect(pids).toHaveLength(1);
  return pids[0]!;
}
