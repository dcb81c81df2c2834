import { z } from 'zod';

import { reasonOf } from '../../shared/broker-api/post-json.ts';
import { type Finding, orUnknown } from '../../shared/checks/finding.ts';
import { withUrlCredentials } from '../../shared/config/fetch-with-credentials.ts';
import { findTraceMethod, TRACE_METHODS } from '../../shared/l1/find-trace-method.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { type AwsCall, AwsCallError } from './aws-cli.ts';

const Secret = z.object({ SecretString: z.string() });
const Fields = z.record(z.string(), z.string());
const Reply = z.union([
  z.object({ result: z.unknown(), error: z.undefined().optional() }),
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
]);
const Quantity = z.string().regex(/^0x[0-9a-f]+$/i);
const Block = z.object({ transactions: z.array(z.string()) });

const CALL_MS = 20_000;
/**
 * Checks each L1 URL of the secret `<prefix>/l1`, or of the variable `ETHEREUM_HOSTS` before there is one, and the balance of
 * the account that submits.
 */
export async function checkL1(
  aws: AwsCall,
  config: EnvironmentConfig,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  const urls = hostsOf(variables['ETHEREUM_HOSTS'] ?? (await readSecret(aws, config)));
  if (urls === undefined) {
    const remedy = `aws secretsmanager put-secret-value --secret-id ${config.prefix}/l1 --secret-string file://l1.json`;
    const detail = `the secret ${config.prefix}/l1 has no ETHEREUM_HOSTS yet, and the variable is not set either`;
    return [{ subject: 'L1', state: 'missing', detail, remedy }];
  }
  const checked = await Promise.all(
    urls.map((url) => {
      // Its path may be the key of an RPC provider.
      const subject = `L1 at ${URL.parse(url)?.host ?? 'an invalid URL'}`;
      return orUnknown(subject, () => checkUrl(subject, url, config));
    }),
  );
  const [first = ''] = urls;
  return [...checked.flat(), ...(await orUnknown('balance', () => checkBalance(first, config)))];
}

async function checkUrl(subject: string, url: string, { l1 }: EnvironmentConfig): Promise<readonly Finding[]> {
  const chainId = Number(Quantity.parse(await call(url, 'eth_chainId', [])));
  if (chainId !== l1.chainId) {
    const detail = `serves the chain ${chainId}, and l1.chainId is ${l1.chainId}`;
    return [{ subject, state: 'missing', detail, remedy: 'replace the URL in ETHEREUM_HOSTS' }];
  }
  return [{ subject, state: 'ready', detail: `serves the chain ${chainId}` }, await checkTraces(subject, url)];
}

async function checkTraces(subject: string, url: string): Promise<Finding> {
  const traces = `traces of ${subject}`;
  const { transactions } = Block.parse(await call(url, 'eth_getBlockByNumber', ['latest', false]));
  const [transaction] = transactions;
  if (transaction === undefined)
    return { subject: traces, state: 'unknown', detail: 'the newest block is empty: run this again' };
  const method = await findTraceMethod((name, parameters) => call(url, name, parameters), transaction);
  if (method !== undefined) return { subject: traces, state: 'ready', detail: `serves ${method}` };
  const detail = `serves neither ${TRACE_METHODS.join(' nor ')}`;
  const remedy = 'put a URL that serves one of them into ETHEREUM_DEBUG_HOSTS, and that name into l1.secretVariables';
  return { subject: traces, state: 'missing', detail, remedy };
}

async function checkBalance(url: string, { publisher, alarms }: EnvironmentConfig): Promise<readonly Finding[]> {
  const account = publisher.address ?? publisher.proverId;
  const wei = BigInt(Quantity.parse(await call(url, 'eth_getBalance', [account, 'latest'])));
  const ether = Number(wei) / 1e18;
  const subject = `balance of ${account}`;
  const detail = `${ether} ETH, ${alarms.publisherMinimumEth} ETH needed`;
  if (ether >= alarms.publisherMinimumEth) return [{ subject, state: 'ready', detail }];
  return [{ subject, state: 'missing', detail, remedy: `send ether to ${account}` }];
}

async function call(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await withUrlCredentials(fetch)(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(CALL_MS),
  }).catch((error: unknown) => {
    throw new Error(`${method}: no response: ${reasonOf(error)}`, { cause: error });
  });
  if (!response.ok) throw new Error(`${method}: HTTP ${response.status}`);
  const reply = Reply.parse(await response.json());
  if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`);
  return reply.result;
}

/** @returns the JSON of the secret; `undefined` if there is no secret, or nothing in it yet */
async function readSecret(aws: AwsCall, { prefix }: EnvironmentConfig): Promise<string | undefined> {
  try {
    const { SecretString } = Secret.parse(
      await aws('secretsmanager', 'get-secret-value', '--secret-id', `${prefix}/l1`),
    );
    // CloudFormation fills a new secret with a random word.
    return Fields.safeParse(parseJson(SecretString)).data?.['ETHEREUM_HOSTS'];
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function hostsOf(list: string | undefined): readonly string[] | undefined {
  const urls = (list ?? '').split(',').flatMap((url) => (url.trim() === '' ? [] : [url.trim()]));
  return urls.length === 0 ? undefined : urls;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
