import { truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { inputsKey, outputsKey, type ProofKey } from '../../../shared/proof-store/proof-store.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { TestFleet } from '../../fixtures/test-fleet.ts';

const INPUTS = { act: 'prove', salt: 'the only one' } as const;
const INPUTS_BYTES = Buffer.from(JSON.stringify(INPUTS));

describe('broken objects', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    await fleet.close();
  });

  const fileOf = (key: ProofKey): string => join(fleet.engineOptions.dataDirectory, 'proofs', key);

  it.for<[how: string, breakFile: (path: string) => Promise<void>, reason: RegExp]>([
    ['truncated', (path) => truncate(path, 10), /is corrupt: expected sha256/],
    [
      'altered',
      (path) => writeFile(path, INPUTS_BYTES.toString().replace('only', 'ONLY')),
      /is corrupt: expected sha256/,
    ],
    ['missing', (path) => unlink(path), /the proof store has nothing under/],
  ])(
    'inputs that are %s cost the job an attempt, are reported, and delay no other job',
    async ([, breakFile, reason]) => {
      const id = await fleet.addJob(INPUTS_BYTES);
      const key = inputsKey('PARITY_BASE', id);
      await breakFile(fileOf(key));
      const otherId = await fleet.addJob({ act: 'prove' });
      fleet.startAgent();

      await fleet.untilState(otherId, 'proven');
      const failed = await fleet.until(id, ({ attempts }) => attempts['corrupt-inputs'] > 0);

      expect(failed.state).not.toBe('rejected');
      expect(failed.reason).toMatch(reason);
      const [incident] = await fleet.engine.incidents.latest(10);
      expect(incident).toMatchObject({ kind: 'corrupt-object', subject: key });
      expect(incident?.message).toMatch(reason);

      // As the node does after the incident.
      await fleet.engine.proofs.quarantine(key, 'not what was stored');
      await fleet.engine.proofs.put(key, INPUTS_BYTES);
      await fleet.ring(id);
      await fleet.untilState(id, 'proven');
    },
  );

  it("another agent's proof under the key is adopted", async () => {
    const id = await fleet.addJob(INPUTS_BYTES);
    const theirs = Buffer.from(JSON.stringify({ circuit: 'PARITY_BASE', salt: 'theirs' }));
    await fleet.engine.proofs.put(outputsKey('PARITY_BASE', id), theirs);
    fleet.startAgent();

    const record = await fleet.untilState(id, 'proven');

    expect(record.proof?.sha256).toBe(sha256Of(theirs));
    expect(await fleet.engine.incidents.latest(10)).toEqual([]);
  });

  it.for([
    [
      'a proof of another circuit',
      JSON.stringify({ circuit: 'ROOT_ROLLUP', salt: '' }),
      /it is a proof of ROOT_ROLLUP/,
    ],
    ['half a proof', 'half a pro', /does not hold a valid proof of PARITY_BASE/],
  ] as const)('%s under the key is rejected and reported', async ([, content, reason]) => {
    const id = await fleet.addJob(INPUTS_BYTES);
    const key = outputsKey('PARITY_BASE', id);
    await fleet.engine.proofs.put(key, Buffer.from(content));
    const otherId = await fleet.addJob({ act: 'prove' });
    fleet.startAgent();

    const failed = await fleet.until(id, ({ attempts }) => attempts.failure > 0);
    await fleet.untilState(otherId, 'proven');

    expect(failed.state).not.toBe('rejected');
    expect(failed.reason).toMatch(reason);
    expect((await fleet.engine.incidents.latest(10))[0]).toMatchObject({ kind: 'corrupt-object', subject: key });
  });
});
