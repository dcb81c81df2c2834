import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { EpochNumber } from '@aztec/foundation/branded-types';
import { jsonParseWithSchema } from '@aztec/foundation/json-rpc';
import { ServerCircuitVks } from '@aztec/noir-protocol-circuits-types/server/vks';
import { InlineProofStore } from '@aztec/prover-client/broker';
import { makeProvingJobId, ProvingJobResult } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { CheckpointPaddingRollupPrivateInputs } from '@aztec/stdlib/rollup';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { readMeasurements } from '../../../containers/agent/families/proof-measurements.ts';
import { useDevelopmentKeys } from '../../../containers/aztec-keys/use-development-keys.ts';
import { startOfficialAgent } from '../../../containers/local-fleet/official-fleet.ts';
import { startAztecHashing } from '../../../containers/processes/start-aztec-hashing.ts';
import { proverVariables } from '../../../containers/real-proofs/prover-variables.ts';
import { Secret } from '../../../shared/config/secret.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { clientOf, startTestBroker } from '../../contract/broker-ground.ts';
import { developmentCrs } from '../../fixtures/development-crs.ts';
import { PADDING, PADDING_POINTS, RealProver } from '../../fixtures/real-prover.ts';
import { TestFleet, until, untilGone } from '../../fixtures/test-fleet.ts';

const LEASE_SECONDS = 5;
const INPUTS = new CheckpointPaddingRollupPrivateInputs();

describe("Aztec's smallest circuit, proven for real", () => {
  let prover: RealProver;
  let fleet: TestFleet;

  beforeAll(async () => {
    await startAztecHashing();
    prover = await RealProver.make(PADDING, await developmentCrs(PADDING_POINTS));
    await useDevelopmentKeys(prover.development.folder);
  });
  afterAll(() => prover.close());
  beforeEach(async () => {
    fleet = await TestFleet.open({ leaseSeconds: LEASE_SECONDS });
  });
  afterEach(() => fleet.close());

  /** What Aztec's node gets: a proof that `bb` has verified, with the key under which it did. */
  const aProof = (): object => ({
    proof: { proof: { length: 519 } },
    verificationKey: ServerCircuitVks.CheckpointPaddingRollupArtifact,
  });

  it('goes from the queue to the store, though its first agent is killed with kill -9 in the middle', async () => {
    const { program, marker } = await prover.writeStuckAcvm();
    const id = await fleet.addJob(INPUTS.toBuffer(), PADDING);
    const first = fleet.startAgentProcess(prover.agentOptions(program));
    const acvm = Number(
      await until(
        () => readFile(marker, 'utf8').catch(() => ''),
        (pid) => pid.endsWith('\n'),
      ),
    );
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = fleet.startAgent(prover.agentOptions());

    const { proof, provenBy, attempts } = await fleet.untilState(id, 'proven');

    expect({ provenBy, attempts }).toMatchObject({
      provenBy: second.agentId,
      attempts: { 'lost-agent': 1, failure: 0 },
    });
    const stored = Buffer.from(await fleet.engine.proofs.get(proof!)).toString('utf8');
    expect(jsonParseWithSchema(stored, ProvingJobResult).result).toMatchObject(aProof());
    expect(await readMeasurements(prover.workingDirectory)).toMatchObject([{ circuit: PADDING, memoryMode: 'normal' }]);
    await untilGone(acvm);
  });

  it("is proven by Aztec's own agent, with our acvm, through our broker", async () => {
    const { dataDirectory, leaseSeconds } = fleet.engineOptions;
    const broker = await startTestBroker({ engine: fleet.engine, leaseSeconds, nowMs: Date.now });
    const environmentFile = path.join(dataDirectory, 'network.env');
    await writeFile(environmentFile, 'L1_CHAIN_ID=31337\n');
    const workingDirectory = path.join(dataDirectory, 'bb');
    await mkdir(workingDirectory);
    const { crsPath, development } = prover;
    const variables = proverVariables({ agents: 'official', crsPath, workingDirectory, development });
    const options = { dataDirectory, environmentFile, publisherKey: new Secret(''), variables };
    const agent = startOfficialAgent(options, 'official', broker.url);
    try {
      const client = clientOf(broker.url);
      const store = new InlineProofStore();
      const type = ProvingRequestType[PADDING];
      const epochNumber = EpochNumber(7);
      const id = makeProvingJobId(epochNumber, type, sha256Of(INPUTS.toBuffer()));
      await client.enqueueProvingJob({
        id,
        type,
        epochNumber,
        inputsUri: await store.saveProofInput(id, type, INPUTS),
      });

      const settled = await Promise.race([
        until(
          () => client.getProvingJobStatus(id),
          ({ status }) => status === 'fulfilled' || status === 'rejected',
        ),
        agent.ended.then((error) => Promise.reject(error)),
      ]);

      if (settled.status !== 'fulfilled') throw new Error(`the job is ${JSON.stringify(settled)}`);
      expect(await store.getProofOutput(settled.value)).toMatchObject({ type, result: aProof() });
    } finally {
      await agent.stop(5);
      await broker.stop();
    }
  });
});
