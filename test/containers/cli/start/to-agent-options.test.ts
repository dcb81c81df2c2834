import { describe, expect, it } from 'vitest';

import { toAgentOptions, toBrokerAgentOptions } from '../../../../containers/cli/start/to-agent-options.ts';
import { OWN_ACVM } from '../../../../containers/acvm/own-acvm.ts';
import { defaultCrsPath } from '../../../../shared/crs/crs-path.ts';
import { resolveAgentOptions } from '../../../../containers/agent/agent-options.ts';
import { canaryVersion } from '../../../../shared/canary/circuit-artifact.ts';
import { parseAgentSettings } from '../../../../shared/config/groups/agent-settings.ts';
import { engineOptionsOf } from '../../../../shared/engine/engine-options.ts';
import type { Environment } from '../../../../shared/config/parse-settings.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { circuitsOf } from '../../../../shared/proving-job/circuit-catalogue.ts';

const optionsFrom = (environment: Environment) => {
  const settings = parseAgentSettings(environment);
  const role = { settings, engineOptions: engineOptionsOf(settings) };
  return resolveAgentOptions(toAgentOptions(role, '4.1.2', AgentId.parse('here-1')));
};

describe('toAgentOptions', () => {
  it('sends three heartbeats within a lease of its engine', () => {
    expect(optionsFrom({})).toMatchObject({ engineOptions: { leaseSeconds: 30 }, heartbeatSeconds: 10 });
    expect(optionsFrom({ COPPICE_ENGINE: 'aws' })).toMatchObject({
      engineOptions: { leaseSeconds: 120 },
      heartbeatSeconds: 40,
    });
  });

  it("adds the canary's circuits on request, in the version of its reference string", () => {
    expect(optionsFrom({}).circuits).toEqual(circuitsOf('aztec'));
    expect(optionsFrom({}).families.map(({ name }) => name)).toEqual(['aztec']);

    const canary = { COPPICE_AGENT_FAMILIES: 'canary', HARDWARE_CONCURRENCY: '2' };
    const { circuits, families } = optionsFrom({ ...canary, COPPICE_CRS: 'development' });
    expect(circuits).toEqual(circuitsOf('canary'));
    expect(families).toMatchObject([
      {
        version: canaryVersion('development'),
        options: { crs: 'development', crsPath: defaultCrsPath('development') },
      },
    ]);
    expect(optionsFrom({ ...canary, CRS_PATH: '/crs' }).families).toMatchObject([
      { version: canaryVersion('ceremony'), options: { crs: 'ceremony', crsPath: '/crs', threads: 2 } },
    ]);
  });

  it('serves both families when both are requested', () => {
    const both = optionsFrom({ COPPICE_AGENT_FAMILIES: 'aztec,canary', PROVER_AGENT_PROOF_TYPES: 'PARITY_BASE' });
    expect(both.circuits).toEqual(['PARITY_BASE', ...circuitsOf('canary')]);
    expect(both.families.map(({ name }) => name)).toEqual(['aztec', 'canary']);
  });

  it("executes circuits of real proofs with Coppice's own acvm, unless another is named", () => {
    const real = { BB_WORKING_DIRECTORY: '/tmp/bb' };
    const own = { acvmBinaryPath: OWN_ACVM, acvmWorkingDirectory: '/tmp/bb' };
    expect(optionsFrom(real).families).toMatchObject([{ options: own }]);

    const other = { ACVM_BINARY_PATH: '/opt/acvm', ACVM_WORKING_DIRECTORY: '/tmp/acvm' };
    expect(optionsFrom({ ...real, ...other }).families).toMatchObject([
      { options: { acvmBinaryPath: '/opt/acvm', acvmWorkingDirectory: '/tmp/acvm' } },
    ]);
    expect(optionsFrom({ ...real, PROVER_REAL_PROOFS: 'false' }).families).toMatchObject([
      { options: { acvmBinaryPath: undefined } },
    ]);
  });

  it('measures the speed of the bb of real proofs, where it has one', () => {
    const real = { BB_BINARY_PATH: '/opt/bb', BB_WORKING_DIRECTORY: '/tmp/bb', HARDWARE_CONCURRENCY: '2' };
    const bb = { bbPath: '/opt/bb', workingDirectory: '/tmp/bb', networkVersion: '4.1.2', threads: 2 };
    expect(optionsFrom(real).bb).toEqual({ ...bb, crsPath: defaultCrsPath('ceremony') });
    expect(optionsFrom({ ...real, CRS_PATH: '/crs' }).bb).toEqual({ ...bb, crsPath: '/crs' });
    for (const simulated of [
      { PROVER_REAL_PROOFS: 'false' },
      { COPPICE_AGENT_FAMILIES: 'canary' },
      { BB_BINARY_PATH: '' },
    ])
      expect(optionsFrom({ ...real, ...simulated })).not.toHaveProperty('bb');
  });

  it('polls SQS for less time than it has to stop, because a poll there is never aborted', () => {
    const aws = { COPPICE_ENGINE: 'aws' };
    expect(optionsFrom(aws).claimSeconds).toBe(20);
    expect(optionsFrom({ ...aws, COPPICE_DRAIN_SECONDS: '10' }).claimSeconds).toBe(8);
    expect(optionsFrom({ ...aws, COPPICE_DRAIN_SECONDS: '1' }).claimSeconds).toBe(1);
    expect(optionsFrom({ ...aws, COPPICE_AGENT_CLAIM_SECONDS: '5' }).claimSeconds).toBe(5);
    expect(optionsFrom({ COPPICE_DRAIN_SECONDS: '10' }).claimSeconds).toBe(20);
  });
});

describe('toBrokerAgentOptions', () => {
  it("takes the broker and how to use it from Aztec's variables", () => {
    const settings = parseAgentSettings({
      PROVER_BROKER_HOST: 'http://broker:8080',
      PROVER_AGENT_POLL_INTERVAL_MS: '10000',
      PROVER_PROOF_STORE: 's3://proofs',
    });
    const options = toBrokerAgentOptions(
      { ...settings, brokerUrl: String(settings.brokerUrl) },
      '4.1.2',
      AgentId.parse('here-1'),
    );
    expect(options.broker).toEqual({ url: 'http://broker:8080', pollMs: 10_000, proofStore: 's3://proofs' });
    expect(options.families.map(({ name }) => name)).toEqual(['aztec']);
    expect(options).not.toHaveProperty('engineOptions');
  });
});
