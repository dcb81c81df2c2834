import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ProvingBrokerApi } from '../../../shared/broker-api/proving-broker-api.ts';
import { type Aztec520, loadAztec520 } from '../../fixtures/aztec-5.2.0/load-clients.ts';
import { AgentPort } from '../../fixtures/agent-port.ts';
import { CoppiceBroker } from '../../fixtures/coppice-broker.ts';
import { startCoppiceGateway } from '../../fixtures/coppice-gateway.ts';

const VERSION = '5.2.0';
const EPOCH = 42;
const POLL_MS = 50;

let aztec: Aztec520;
const cleanUps: (() => Promise<void>)[] = [];

beforeAll(async () => {
  aztec = await loadAztec520();
});
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

/** As `aztec start` of 5.2.0 makes it: it tries again for as long as the other side is away. */
function clientOf(url: string): ProvingBrokerApi {
  const connections = new aztec.Agent({ connections: 10 });
  cleanUps.push(() => connections.destroy());
  const fetch = aztec.makeTracedFetch(aztec.proverBrokerBackoff, false, aztec.makeUndiciFetch(connections));
  return aztec.createProvingJobBrokerClient(url, {}, fetch);
}

it("has Aztec's agent of 5.2.0 prove each job once, though the gateway is killed meanwhile", async () => {
  const broker = await CoppiceBroker.start({ aztecVersion: VERSION, variables: { COPPICE_BROKER_HOLD_SECONDS: '1' } });
  cleanUps.push(() => broker.close());
  const port = new AgentPort();
  port.version = VERSION;
  await port.start();
  const { dataDirectory } = broker;
  const gateway = await startCoppiceGateway({ aztecVersion: VERSION, dataDirectory, agentUrl: port.url });
  cleanUps.push(() => gateway.stop());
  cleanUps.push(() => port.stop());

  const proving = Promise.withResolvers<undefined>();
  const mayEnd = Promise.withResolvers<undefined>();
  let provings = 0;
  const prover = {
    getTxMergeRollupProof: async (inputs: unknown) => {
      provings += 1;
      proving.resolve(undefined);
      await mayEnd.promise;
      return { proofOf: inputs };
    },
  };
  const store = new aztec.InlineProofStore();
  const agent = new aztec.ProvingAgent(clientOf(gateway.url), store, prover, [], POLL_MS);
  const facade = new aztec.BrokerCircuitProverFacade(clientOf(broker.url), store, undefined, POLL_MS);
  agent.start();
  facade.start();
  const texts = ['inputs of a facade', 'and others', 'and others again'];
  const proofs = texts.map((text) => facade.getTxMergeRollupProof(inputsOf(text), undefined, EPOCH));
  await proving.promise;

  await gateway.kill();
  await gateway.restart();
  mayEnd.resolve(undefined);

  expect(await Promise.all(proofs)).toEqual(texts.map((text) => ({ proofOf: inputsOf(text).toJSON() })));
  expect(provings).toBe(texts.length);
  await agent.stop();
  await facade.stop();
});

function inputsOf(text: string): { toBuffer(): Buffer; toJSON(): string } {
  const bytes = Buffer.from(text);
  return { toBuffer: () => bytes, toJSON: () => bytes.toString('base64') };
}
