import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EpochNumber } from '@aztec/foundation/branded-types';
import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import type { ProvingJobBroker } from '@aztec/stdlib/interfaces/server';
import { makeTracedFetch } from '@aztec/telemetry-client';
import { expect, it } from 'vitest';

import { BROKER_RETRY_SECONDS } from '../../containers/official/aztec-service.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { newFacade, newInputs, newOfficialAgent, PUBLIC_INPUTS, startTestBroker } from './broker-ground.ts';

const LEASE_SECONDS = 30;
const POLL_MS = 1_000;
const EPOCH = EpochNumber(7);
/** Clients of 5.x pause so, and for four seconds ever after (`proverBrokerBackoff`): here for as long as any outage. */
const PAUSES_OF_5X = [1, 1, 1, 2, ...Array.from({ length: 100 }, () => 4)];

// In real time, with the pauses of Aztec's command line. A client of 4.1.2 tries for the last time 30 s after its first failure or
// later, and clients and outage are in one process, whose timers fire in their order: a slow machine changes nothing.
it('an outage of the engine costs nothing: 25 s with clients of 4.1.2, 60 s with those of 5.x', async () => {
  await Promise.all([proveThroughOutage(25, BROKER_RETRY_SECONDS), proveThroughOutage(60, PAUSES_OF_5X)]);
});

/** Has an official node and agent prove a job that the outage finds in work, and one that is enqueued while it lasts. */
async function proveThroughOutage(seconds: number, pauses: readonly number[]): Promise<void> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-outage-'));
  const engine = await openEngine({ engine: 'embedded', dataDirectory, leaseSeconds: LEASE_SECONDS });
  const outage = new Outage(engine);
  const broker = await startTestBroker({ engine: outage.engine, leaseSeconds: LEASE_SECONDS, nowMs: Date.now });
  const client = (): ProvingJobBroker =>
    createProvingJobBrokerClient(broker.url, {}, makeTracedFetch([...pauses], false));
  const proving = Promise.withResolvers<undefined>();
  const mayEnd = Promise.withResolvers<undefined>();
  let provings = 0;
  const facade = await newFacade(client(), POLL_MS);
  const agent = newOfficialAgent(client(), {
    pollMs: POLL_MS,
    onProving: async () => {
      provings += 1;
      proving.resolve(undefined);
      await mayEnd.promise;
    },
  });
  facade.start();
  agent.start();
  try {
    const before = facade.getBaseParityProof(newInputs(), undefined, EPOCH);
    await proving.promise;
    outage.begin(seconds);
    // A node gives an epoch up over one enqueue that fails for good. The agent reports its proof meanwhile.
    const meanwhile = facade.getBaseParityProof(newInputs(), undefined, EPOCH);
    mayEnd.resolve(undefined);
    for (const proof of await Promise.all([before, meanwhile])) expect(proof.inputs).toEqual(PUBLIC_INPUTS);
    expect(provings).toBe(2);
  } finally {
    await agent.stop();
    await facade.stop();
    await broker.stop();
    await engine.close();
    await rm(dataDirectory, { recursive: true });
  }
}

/** An engine none of whose ports responds during an outage, which lasts from its first failed call. */
class Outage {
  readonly engine: Engine;
  #isUnderWay = false;
  #seconds: number | undefined;

  constructor(engine: Engine) {
    const { jobs, queue, proofs, epochs, agents, incidents } = engine;
    this.engine = {
      ...engine,
      jobs: this.#failing(jobs),
      queue: this.#failing(queue),
      proofs: this.#failing(proofs),
      epochs: this.#failing(epochs),
      agents: this.#failing(agents),
      incidents: this.#failing(incidents),
    };
  }

  begin(seconds: number): void {
    this.#isUnderWay = true;
    this.#seconds = seconds;
  }

  #failing<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name, target);
        if (typeof method !== 'function') return method;
        return (...parameters: unknown[]): unknown => {
          if (!this.#isUnderWay) return method.apply(target, parameters) as unknown;
          if (this.#seconds !== undefined) setTimeout(() => (this.#isUnderWay = false), this.#seconds * 1000);
          this.#seconds = undefined;
          return Promise.reject(new Error('the engine is out of reach'));
        };
      },
    });
  }
}
