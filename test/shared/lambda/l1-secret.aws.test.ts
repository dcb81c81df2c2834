import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';

import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, inject, it } from 'vitest';

import { L1SecretUnusableError } from '../../../shared/lambda/errors.ts';
import { addL1Secret } from '../../../shared/lambda/l1-secret.ts';

const URL_WITH_KEY = 'https://l1.example/key-of-the-operator';

describe('the secret with the URLs of L1', () => {
  const open = (): SecretsManagerClient => new SecretsManagerClient(inject('aws'));

  async function stored(SecretString: string): Promise<string> {
    const Name = `l1-${randomUUID()}`;
    const client = open();
    await client.send(new CreateSecretCommand({ Name, SecretString }));
    client.destroy();
    return Name;
  }

  it('gives a function the URLs of L1, beside the variables that it has', async () => {
    const fields = { ETHEREUM_HOSTS: URL_WITH_KEY, L1_CONSENSUS_HOST_URLS: 'https://beacon.example' };
    const COPPICE_L1_SECRET_ID = await stored(JSON.stringify(fields));
    expect(await addL1Secret({ COPPICE_L1_SECRET_ID, L1_CHAIN_ID: '1' }, open)).toEqual({
      COPPICE_L1_SECRET_ID,
      L1_CHAIN_ID: '1',
      ETHEREUM_HOSTS: URL_WITH_KEY,
    });
  });

  it.each([{}, { COPPICE_L1_SECRET_ID: ' ' }])('is not read when it is not named: %o', async (none) => {
    const variables = { ...none, ETHEREUM_HOSTS: 'http://localhost:8545' };
    expect(await addL1Secret(variables, open)).toBe(variables);
  });

  it('is refused together with the URLs themselves, since only one of the two can be meant', async () => {
    const variables = { COPPICE_L1_SECRET_ID: 'coppice/l1', ETHEREUM_HOSTS: 'http://localhost:8545' };
    await expect(addL1Secret(variables, open)).rejects.toThrow(/ETHEREUM_HOSTS is given as well: give one of them/);
  });

  it.each([
    ['no JSON', URL_WITH_KEY],
    ['JSON without the field', JSON.stringify({ url: URL_WITH_KEY })],
    ['nothing in the field', JSON.stringify({ ETHEREUM_HOSTS: '', note: URL_WITH_KEY })],
  ])('that holds %s is refused, with what to store and without quoting it', async (_, text) => {
    const error: unknown = await addL1Secret({ COPPICE_L1_SECRET_ID: await stored(text) }, open).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(L1SecretUnusableError);
    expect(String(error)).toMatch(/store JSON with the field ETHEREUM_HOSTS/);
    expect(inspect(error, { depth: 5, showHidden: true })).not.toContain(URL_WITH_KEY);
  });

  it('that does not exist is refused, with the call that failed', async () => {
    await expect(addL1Secret({ COPPICE_L1_SECRET_ID: 'no-such-secret' }, open)).rejects.toThrow(
      /no-such-secret: secretsmanager:GetSecretValue fails \(ResourceNotFoundException/,
    );
  });
});
