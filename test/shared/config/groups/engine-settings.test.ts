import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { engineOptionsOf, leaseSecondsOf, strandedSecondsOf } from '../../../../shared/engine/engine-options.ts';
import { ENGINE_SETTINGS, findEngineConflicts } from '../../../../shared/config/groups/engine-settings.ts';
import { parseAgentSettings, readAgentSettings } from '../../../../shared/config/groups/agent-settings.ts';
import { readNodeSettings } from '../../../../shared/config/groups/node-settings.ts';
import { parseSettings, settingsOrThrow, type Environment } from '../../../../shared/config/parse-settings.ts';
import { DEFAULT_ATTEMPT_BUDGETS } from '../../../../shared/ledger/job-ledger.ts';

const read = (environment: Environment) => parseSettings([ENGINE_SETTINGS], environment, findEngineConflicts);
const optionsFrom = (environment: Environment) => engineOptionsOf(settingsOrThrow(read(environment)));

describe('the settings of the engine', () => {
  it('lead to files in the data directory by default', () => {
    expect(optionsFrom({})).toEqual({
      engine: 'embedded',
      dataDirectory: path.resolve('data/coppice'),
      leaseSeconds: 30,
      attemptBudgets: DEFAULT_ATTEMPT_BUDGETS,
    });
  });

  it('lead to the resources of a prefix on AWS, where a lost agent is noticed later and nothing is a folder', () => {
    expect(optionsFrom({ COPPICE_ENGINE: 'aws' })).toEqual({
      engine: 'aws',
      prefix: 'coppice',
      connection: {},
      leaseSeconds: 120,
      attemptBudgets: DEFAULT_ATTEMPT_BUDGETS,
    });
  });

  it('take what AWS is reached by into plain values, which a thread or process can be handed', () => {
    const options = optionsFrom({
      COPPICE_ENGINE: 'aws',
      COPPICE_AWS_PREFIX: 'fleet-2',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:5000',
      PROVER_PROOF_STORE: 's3://my.proofs',
      COPPICE_LEASE_SECONDS: '60',
    });
    expect(options).toMatchObject({
      prefix: 'fleet-2',
      bucket: 'my.proofs',
      connection: { region: 'eu-central-1', endpoint: 'http://127.0.0.1:5000' },
      leaseSeconds: 60,
    });
    expect(structuredClone(options)).toEqual(options);
  });

  it('name the version lines whose queues are used, on AWS only', () => {
    const lines = 'native=4.1.2,v6=6.0.0-rc.1';
    expect(optionsFrom({ COPPICE_ENGINE: 'aws', COPPICE_LINES: lines })).toMatchObject({
      lines: [
        { name: 'native', version: '4.1.2' },
        { name: 'v6', version: '6.0.0-rc.1' },
      ],
    });
    expect(() => optionsFrom({ COPPICE_ENGINE: 'aws', COPPICE_LINES: 'v6' })).toThrow(/such as v6=6.0.0/);
    expect(() => optionsFrom({ COPPICE_LINES: lines })).toThrow(/COPPICE_LINES.* is for the engine aws/);
  });

  it('name the lease of each engine where none is given', () => {
    expect(leaseSecondsOf({ engine: 'embedded', leaseSeconds: undefined })).toBe(30);
    expect(leaseSecondsOf({ engine: 'aws', leaseSeconds: undefined })).toBe(120);
    expect(leaseSecondsOf({ engine: 'aws', leaseSeconds: 45 })).toBe(45);
    expect(ENGINE_SETTINGS.settings.leaseSeconds.defaultNote).toBe('30, and 120 with the engine aws');
  });

  it('give a job without news another message after four leases, on AWS after an hour: SQS loses none', () => {
    expect(strandedSecondsOf({ engine: 'embedded', leaseSeconds: 9 })).toBe(36);
    expect(strandedSecondsOf({ engine: 'aws', leaseSeconds: 9 })).toBe(3600);
  });

  it.each(['s3://bucket/proofs', 's3://', 's3://Bucket', 's3://bucket?x=1', 'gs://bucket', '/proofs', 'file://proofs'])(
    'refuse %s as a place for proofs, and say what can be one',
    (url) => {
      expect(read({ COPPICE_ENGINE: 'aws', PROVER_PROOF_STORE: url }).problems).toEqual([
        '--proverNode.proofStore (PROVER_PROOF_STORE) must be file:// and an absolute path (engine embedded), or s3:// and ' +
          'a bucket without a path (engine aws; each fleet needs a bucket to itself); got ' +
          `'${url}'`,
      ]);
    },
  );

  it.each([
    { PROVER_PROOF_STORE: 's3://bucket' },
    { COPPICE_ENGINE: 'aws', PROVER_PROOF_STORE: 'file:///proofs' },
    { COPPICE_ENGINE: 'aws', COPPICE_ENGINE_DIRECTORY: 'data' },
  ])('refuse places of the other engine: %j', (environment) => {
    const [problem, ...others] = read(environment).problems;
    expect(problem).toMatch(/--engine \(COPPICE_ENGINE\) is (embedded|aws)/);
    expect(others).toEqual([]);
    // Every program that has an engine says so.
    expect(readAgentSettings(environment).problems).toContain(problem);
    expect(readNodeSettings(environment).problems).toContain(problem);
  });

  it.each(['Coppice', '-a', 'a-', 'a--b', 'a_b', 'a'.repeat(51)])('refuse the prefix %s', (prefix) => {
    expect(read({ COPPICE_AWS_PREFIX: prefix }).problems).toHaveLength(1);
  });

  it('are reported once where two groups have them', () => {
    const { problems } = parseSettings([ENGINE_SETTINGS, ENGINE_SETTINGS], { COPPICE_ENGINE: 'AWS' });
    expect(problems).toEqual(["--engine (COPPICE_ENGINE) must be embedded or aws; got 'AWS'; did you mean aws?"]);
  });

  it('are part of what an agent reads', () => {
    expect(parseAgentSettings({ COPPICE_ENGINE: 'aws' })).toMatchObject({ engine: 'aws', awsPrefix: 'coppice' });
  });
});
