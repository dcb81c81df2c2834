import { describe, expect, it } from 'vitest';

import { ENV as SETTLE_ENV } from '../../functions/settle-dead-letters/env.ts';
import { ENV as SUBMIT_ENV } from '../../functions/submit-root/env.ts';
import { parseSubmitRootSettings, SUBMIT_ROOT_GROUP } from '../../functions/submit-root/submit-root-settings.ts';
import { ENV as SWEEP_ENV } from '../../functions/sweep-ledger/env.ts';
import { ENV as WATCH_TASKS_ENV } from '../../functions/watch-tasks/env.ts';
import { InvalidSettingsError } from '../../shared/config/errors.ts';
import { DEFAULT_SUBMISSION_POLICY } from '../../shared/l1/submission/submission-policy.ts';
import { toSubmissionPolicy } from '../../shared/l1/submission/submission-policy.ts';
import { FUNCTION_GROUPS } from '../../shared/lambda/function-settings.ts';
import { L1_SECRET_ID } from '../../shared/lambda/l1-secret.ts';

const KEY = 'ab'.repeat(32);
const NEEDED = {
  ETHEREUM_HOSTS: 'https://l1.example/key-of-the-operator',
  L1_CHAIN_ID: '1',
  COPPICE_PUBLISHER_SECRET_ID: 'coppice/publisher',
};

describe('the settings of submit-root', () => {
  const problemsOf = (variables: Record<string, string | undefined>): readonly string[] => {
    try {
      parseSubmitRootSettings(variables);
      return [];
    } catch (error) {
      if (error instanceof InvalidSettingsError) return error.problems;
      throw error;
    }
  };

  it('needs only an L1, its chain id, and one place for the key', () => {
    expect(problemsOf({})).toEqual([
      expect.stringMatching(/^missing .*\(ETHEREUM_HOSTS\)/),
      expect.stringMatching(/^missing .*\(L1_CHAIN_ID\)/),
      'set exactly one of COPPICE_PUBLISHER_SECRET_ID and COPPICE_PUBLISHER_KMS_KEY_ID, which say where the key is',
    ]);
    expect(parseSubmitRootSettings(NEEDED)).toMatchObject({ engine: 'aws', publisherSecretId: 'coppice/publisher' });
  });

  it('accepts a KMS key instead of a secret, and refuses both at once', () => {
    const kms = { COPPICE_PUBLISHER_KMS_KEY_ID: 'alias/coppice' };
    expect(problemsOf({ ...NEEDED, ...kms, COPPICE_PUBLISHER_SECRET_ID: '' })).toEqual([]);
    expect(problemsOf({ ...NEEDED, ...kms })).toEqual([expect.stringMatching(/^set exactly one of/)]);
  });

  it.each(['PROVER_PUBLISHER_PRIVATE_KEYS', 'PROVER_PUBLISHER_PRIVATE_KEY', 'L1_PRIVATE_KEY'])(
    'refuses a private key in %s, and does not quote it',
    (variable) => {
      const problems = problemsOf({ ...NEEDED, [variable]: `0x${KEY}` });
      expect(problems).toEqual([expect.stringMatching(/must not be set for a function: put the key into a secret/)]);
      expect(problems.join()).not.toContain(KEY);
    },
  );

  it('takes amounts of every size to the wei', () => {
    const given = {
      L1_GAS_PRICE_MAX: '9999999999999999.999999999',
      L1_MINIMUM_PRIORITY_FEE_PER_GAS_GWEI: '0.000000001',
    };
    const policy = toSubmissionPolicy(
      parseSubmitRootSettings({ ...NEEDED, ...given, COPPICE_EPOCH_REWARD_ETH: '0.0000001' }),
    );
    expect(policy).toMatchObject({
      maxFeePerGasWei: 9_999_999_999_999_999_999_999_999n,
      minPriorityFeePerGasWei: 1n,
      epochRewardWei: 100_000_000_000n,
    });
  });

  it('refuses the embedded engine, which is for one machine', () => {
    expect(problemsOf({ ...NEEDED, COPPICE_ENGINE: 'embedded' })).toEqual([
      'COPPICE_ENGINE must be aws for a function, or not be set',
    ]);
  });

  it("submits as a node does: the same defaults, and the node's variables change them", () => {
    expect(toSubmissionPolicy(parseSubmitRootSettings(NEEDED))).toEqual(DEFAULT_SUBMISSION_POLICY);
    const changed = parseSubmitRootSettings({ ...NEEDED, L1_GAS_PRICE_MAX: '12.5', COPPICE_L1_CONFIRMATIONS: '3' });
    expect(toSubmissionPolicy(changed)).toMatchObject({ maxFeePerGasWei: 12_500_000_000n, confirmations: 3 });
  });
});

describe('the names of variables that infrastructure sets', () => {
  const variablesOf = (group: {
    readonly settings: Readonly<Record<string, { readonly variable: string }>>;
  }): string[] => Object.values(group.settings).map(({ variable }) => variable);
  const common = FUNCTION_GROUPS.flatMap(variablesOf);

  it.each([
    ['settle-dead-letters', SETTLE_ENV],
    ['sweep-ledger', SWEEP_ENV],
    ['watch-tasks', WATCH_TASKS_ENV],
  ])('are ones that %s reads', (_, names) => {
    expect(common).toEqual(expect.arrayContaining(Object.values(names)));
  });

  it('include all that submit-root reads about L1 and the publisher', () => {
    const own = Object.values(SUBMIT_ENV).filter((variable) => !common.includes(variable));
    // It replaces the URLs of L1 by this before it reads its settings.
    expect(own.toSorted()).toEqual([...variablesOf(SUBMIT_ROOT_GROUP), L1_SECRET_ID].toSorted());
  });
});
