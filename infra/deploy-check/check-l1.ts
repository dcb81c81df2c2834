import { z } from 'zod';

import { type Finding, orUnknown } from '../../shared/checks/finding.ts';
import { findTraceMethod, TRACE_METHODS } from '../../shared/l1/find-trace-method.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { publishersOf } from '../config/publishers.ts';
import type { AwsCall } from './aws-cli.ts';
import { callL1 } from './call-l1.ts';
import { checkRollups } from './check-rollups.ts';
import { readSecret } from './read-secret.ts';

const Quantity = z.string().regex(/^0x[0-9a-f]+$/i);
const Block = z.object({ transactions: z.array(z.string()) });

/**
 * Checks each L1 URL of the secret `<prefix>/l1`, or of the variable `ETHEREUM_HOSTS` before there is one, and the balances of
 * the accounts that submit, as far as the configuration names them, and whether lines that are to stay with their rollup name it.
 */
export async function checkL1(
  aws: AwsCall,
  config: EnvironmentConfig,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  const hosts = variables['ETHEREUM_HOSTS'] ?? (await readSecret(aws, `${config.prefix}/l1`))['ETHEREUM_HOSTS'];
  const urls = hostsOf(hosts);
  if (urls === undefined) {
    const remedy = `aws secretsmanager put-secret-value --secret-id ${config.prefix}/l1 --secret-string file://l1.json`;
    const detail = `the secret ${config.prefix}/l1 has no ETHEREUM_HOSTS yet, and the variable is not set either`;
    return [{ subject: 'L1', state: 'missing', detail, remedy }, ...(await checkRollups(config, undefined))];
  }
  const checked = await Promise.all(
    urls.map((url) => {
      // Its path may be the key of an RPC provider.
      const subject = `L1 at ${URL.parse(url)?.host ?? 'an invalid URL'}`;
      return orUnknown(subject, () => checkUrl(subject, url, config));
    }),
  );
  const [first = ''] = urls;
  const accounts = new Set(publishersOf(config).flatMap(({ address }) => address ?? []));
  const balances = await Promise.all(
    [...accounts].map((account) => orUnknown('balance', () => checkBalance(first, account, config))),
  );
  return [...checked.flat(), ...balances.flat(), ...(await checkRollups(config, first))];
}

async function checkUrl(subject: string, url: string, { l1 }: EnvironmentConfig): Promise<readonly Finding[]> {
  const chainId = Number(Quantity.parse(await callL1(url, 'eth_chainId', [])));
  if (chainId !== l1.chainId) {
    const detail = `serves the chain ${chainId}, and l1.chainId is ${l1.chainId}`;
    return [{ subject, state: 'missing', detail, remedy: 'replace the URL in ETHEREUM_HOSTS' }];
  }
  return [{ subject, state: 'ready', detail: `serves the chain ${chainId}` }, await checkTraces(subject, url)];
}

async function checkTraces(subject: string, url: string): Promise<Finding> {
  const traces = `traces of ${subject}`;
  const { transactions } = Block.parse(await callL1(url, 'eth_getBlockByNumber', ['latest', false]));
  const [transaction] = transactions;
  if (transaction === undefined)
    return { subject: traces, state: 'unknown', detail: 'the newest block is empty: run this again' };
  const method = await findTraceMethod((name, parameters) => callL1(url, name, parameters), transaction);
  if (method !== undefined) return { subject: traces, state: 'ready', detail: `serves ${method}` };
  const detail = `serves neither ${TRACE_METHODS.join(' nor ')}`;
  const remedy = 'put a URL that serves one of them into ETHEREUM_DEBUG_HOSTS, and that name into l1.secretVariables';
  return { subject: traces, state: 'missing', detail, remedy };
}

async function checkBalance(url: string, account: string, { alarms }: EnvironmentConfig): Promise<readonly Finding[]> {
  const wei = BigInt(Quantity.parse(await callL1(url, 'eth_getBalance', [account, 'latest'])));
  const ether = Number(wei) / 1e18;
  const subject = `balance of ${account}`;
  const detail = `${ether} ETH, ${alarms.publisherMinimumEth} ETH needed`;
  if (ether >= alarms.publisherMinimumEth) return [{ subject, state: 'ready', detail }];
  return [{ subject, state: 'missing', detail, remedy: `send ether to ${account}` }];
}

function hostsOf(list: string | undefined): readonly string[] | undefined {
  const urls = (list ?? '').split(',').flatMap((url) => (url.trim() === '' ? [] : [url.trim()]));
  return urls.length === 0 ? undefined : urls;
}
