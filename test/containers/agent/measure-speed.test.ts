import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { getServerCircuitArtifact } from '@aztec/noir-protocol-circuits-types/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { measureSpeed, type MeasureSpeedOptions, SPEED_CIRCUIT } from '../../../containers/agent/measure-speed.ts';
import { bytecodeSha256Of } from '../../../containers/aztec-keys/bytecode.ts';
import { ARTIFACTS } from '../../../containers/aztec-keys/circuit-artifacts.ts';
import { makeDevelopmentCrs } from '../../../containers/crs/make-development-crs.ts';
import { POINT_BYTES } from '../../../shared/crs/points-share.ts';
import { TestFleet } from '../../fixtures/test-fleet.ts';

const NEVER = new AbortController().signal;
/** One for each gate of the circuit, and one more. */
const POINTS = 2 ** 20 + 1;

describe('the speed of bb', () => {
  let directory: string;
  let options: MeasureSpeedOptions;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'coppice-speed-test-'));
    options = {
      bbPath: path.join(directory, 'bb'),
      crsPath: directory,
      workingDirectory: directory,
      networkVersion: '4.1.2',
    };
    await makeDevelopmentCrs(directory, 2, () => undefined);
    // The points after the first two are not read.
    const crs = await open(path.join(directory, 'bn254_g1.dat'), 'r+');
    await crs.truncate(POINTS * POINT_BYTES);
    await crs.close();
    // Writes down the circuit's digest, the threads and the command.
    await writeBb('sha256sum "$7" | cut -c1-64 >> CALLS; echo "$HARDWARE_CONCURRENCY $*" >> CALLS');
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const writeBb = (script: string): Promise<void> =>
    writeFile(options.bbPath, `#!/bin/sh\n${script.replaceAll('CALLS', `'${directory}/calls'`)}\n`, { mode: 0o755 });

  const calls = async (): Promise<readonly string[]> =>
    (await readFile(path.join(directory, 'calls'), 'utf8').catch(() => '')).split('\n').slice(0, -1);

  it('is that of making the key of a small circuit of Aztec’s', async () => {
    expect(await measureSpeed({ ...options, threads: 3 }, NEVER)).toBeGreaterThan(0);

    const [digest, command] = await calls();
    expect(digest).toBe(bytecodeSha256Of(getServerCircuitArtifact(ARTIFACTS[SPEED_CIRCUIT])));
    expect(command).toMatch(/^3 write_vk --scheme ultra_honk -t noir-rollup-no-zk -b \S+ -o \S+$/);
  });

  it('is measured once for its version and number of threads', async () => {
    const speed = await measureSpeed(options, NEVER);
    expect(await measureSpeed(options, NEVER)).toBe(speed);
    expect(await calls()).toHaveLength(2);

    await measureSpeed({ ...options, networkVersion: '4.2.0' }, NEVER);
    await measureSpeed({ ...options, networkVersion: '4.2.0', threads: 77 }, NEVER);
    expect(await calls()).toHaveLength(6);
  });

  it('is measured again where the file about it is damaged', async () => {
    await writeFile(path.join(directory, 'bb-speed.json'), '{"of":');
    expect(await measureSpeed(options, NEVER)).toBeGreaterThan(0);
  });

  it('stays unknown while bb would have to fetch its reference string', async () => {
    const crsPath = path.join(directory, 'small');
    await makeDevelopmentCrs(crsPath, 2, () => undefined);

    expect(await measureSpeed({ ...options, crsPath }, NEVER)).toBeUndefined();
    expect(await measureSpeed({ ...options, crsPath: path.join(directory, 'none') }, NEVER)).toBeUndefined();
    expect(await calls()).toEqual([]);
  });

  it('is not waited for when the agent stops', async () => {
    await writeBb('exec sleep 600');
    await expect(measureSpeed(options, AbortSignal.abort())).rejects.toThrow('abort');
  });

  it('is in the agent’s record, and in that of each job that it proves', async () => {
    const fleet = await TestFleet.open();
    try {
      const agent = fleet.startAgent({ bb: options });
      const { provenBy, speedClass } = await fleet.untilState(await fleet.addJob({ act: 'prove' }), 'proven');

      expect(provenBy).toBe(agent.agentId);
      expect(speedClass).toBe(await measureSpeed(options, NEVER));
      await agent.stop();
      expect(await fleet.engine.agents.seenWithin(60)).toMatchObject([{ speedClass }]);
    } finally {
      await fleet.close();
    }
  });

  it('does not keep an agent from proving when it cannot be measured', async () => {
    await writeBb('echo out of order >&2; exit 1');
    const fleet = await TestFleet.open();
    try {
      fleet.startAgent({ bb: options });
      expect(await fleet.untilState(await fleet.addJob({ act: 'prove' }), 'proven')).not.toHaveProperty('speedClass');
    } finally {
      await fleet.close();
    }
  });
});
