import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runBroker, type RunBrokerDeps } from '../../../../containers/broker/run-broker.ts';
import { toBrokerOptions } from '../../../../containers/cli/start/to-broker-options.ts';
import { toGatewayOptions } from '../../../../containers/cli/start/to-gateway-options.ts';
import { runGateway } from '../../../../containers/gateway/run-gateway.ts';
import { readBrokerSettings } from '../../../../shared/config/groups/broker-settings.ts';
import { readGatewaySettings } from '../../../../shared/config/groups/gateway-settings.ts';
import { settingsOrThrow } from '../../../../shared/config/parse-settings.ts';
import { engineOptionsOf } from '../../../../shared/engine/engine-options.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { makeLineId } from '../../../../shared/proving-job/epoch-id.ts';
import { createLogger } from '../../../../shared/telemetry/logger.ts';
import { NO_METRICS } from '../../../../shared/telemetry/open-metrics.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';

const VERSION = '6.0.0';
/** Of the range that no machine has (RFC 5737). */
const ELSEWHERE = '192.0.2.1';

interface Running {
  readonly port: Promise<number>;
  readonly logged: () => string;
  stop(): Promise<void>;
}

describe('the address that is listened on', () => {
  let harness: EmbeddedHarness;
  const running: Running[] = [];

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((program) => program.stop()));
    await harness.close();
  });

  function start(run: (deps: RunBrokerDeps) => Promise<void>): Running {
    const lines: string[] = [];
    const stopped = new AbortController();
    const listening = Promise.withResolvers<number>();
    const ended = run({
      engine: harness.engine,
      metrics: NO_METRICS,
      log: createLogger('test', { logLevel: 'info', format: 'json', write: (line: string) => lines.push(line) }),
      signal: stopped.signal,
      onListening: listening.resolve,
    });
    ended.catch(listening.reject);
    const program = {
      port: listening.promise,
      logged: () => lines.join(''),
      stop: async () => {
        stopped.abort();
        await ended.catch(() => undefined);
      },
    };
    running.push(program);
    return program;
  }

  function startBroker(environment: Readonly<Record<string, string>> = {}): Running {
    const settings = settingsOrThrow(readBrokerSettings(environment));
    const role = { settings, engineOptions: engineOptionsOf(settings) };
    const options = { ...toBrokerOptions(role, VERSION, makeLineId(VERSION)), port: 0 };
    return start((deps) => runBroker(options, deps));
  }

  function startGateway(): Running {
    const settings = settingsOrThrow(readGatewaySettings({}));
    const role = { settings, engineOptions: engineOptionsOf(settings) };
    const options = { ...toGatewayOptions(role, VERSION, AgentId.parse('agent')), port: 0 };
    return start((deps) => runGateway(options, deps));
  }

  it.each([
    ['a broker', startBroker],
    ['a gateway', startGateway],
  ])("is this machine's own for %s, unless the settings name another", async (_what, startIt) => {
    const { port, logged } = startIt();
    expect((await fetch(`http://127.0.0.1:${await port}/status`)).ok).toBe(true);
    // A server that listens on every address of the machine would respond at this one as well.
    await expect(fetch(`http://127.0.0.2:${await port}/status`)).rejects.toThrow();
    expect(logged()).not.toContain('listens beyond this machine');
  });

  it('is warned of where others reach it', async () => {
    const { port, logged } = startBroker({ COPPICE_BROKER_BIND: ELSEWHERE });
    await expect(port).rejects.toThrow(`cannot listen on ${ELSEWHERE}`);
    expect(logged()).toContain('listens beyond this machine');
    expect(logged()).toContain('--broker-allow');
  });
});
