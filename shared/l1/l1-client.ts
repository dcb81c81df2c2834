import {
  type Chain,
  createPublicClient,
  defineChain,
  fallback,
  http,
  HttpRequestError,
  type PublicClient,
  type Transport,
} from 'viem';

import { splitCredentials } from '../config/fetch-with-credentials.ts';
import type { Secret } from '../config/secret.ts';
import type { RpcFaults } from '../drills/drill-watch.ts';
import { L1UnreachableError, WrongL1ChainError } from './errors.ts';
import { maskRpcUrl, maskRpcUrlsInError } from './mask-rpc-url.ts';
import { sendingToAll } from './sending-to-all.ts';

/** Reads L1; it holds no key. */
export type L1Reader = PublicClient<Transport, Chain>;

/** One RPC URL. */
export interface L1Node {
  /** With the port; all that may be shown of the URL. */
  readonly host: string;
  readonly client: L1Reader;
}

/** Reads L1 from the first URL that responds, and sends raw transactions to every URL. */
export type L1Client = L1Reader & {
  /** Each URL on its own, in the operator's order. */
  readonly nodes: readonly L1Node[];
};

export interface L1ClientOptions {
  /** Tried in this order for every request, each when the one before fails or does not answer. */
  readonly rpcUrls: readonly (string | Secret<string>)[];
  readonly chainId: number;
  /** Time-out of one request to one URL. @default 10 */
  readonly timeoutSeconds?: number;
  /** How often a request is repeated after all URLs have failed. @default 1 */
  readonly retries?: number;
  /** The pause before the first repetition; it doubles with each. @default 250 */
  readonly retryDelayMs?: number;
  /** Drills that make requests to the first URL fail. @default none */
  readonly faults?: RpcFaults | undefined;
}

const DEFAULT_TIMEOUT_SECONDS = 10;
/** Few, because callers retry themselves and should notice soon that L1 is down. */
const DEFAULT_RETRIES = 1;
const DEFAULT_RETRY_DELAY_MS = 250;

/** A client over several RPC URLs. Its errors show no more of a URL than the host. */
export function createL1Client(options: L1ClientOptions): L1Client {
  const urls = options.rpcUrls.map(reveal);
  const nodes = urls.map((url, index): L1Node => {
    const faults = index === 0 ? options.faults : undefined;
    return { host: maskRpcUrl(url), client: createReader([url], { ...options, faults }) };
  });
  return Object.assign(createReader(urls, options), { nodes });
}

function createReader(urls: readonly string[], options: L1ClientOptions): L1Reader {
  const timeout = (options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  const transports = urls.map((url, index) => maskedHttp(url, timeout, index === 0 ? options.faults : undefined));
  const inOrder = fallback(transports, {
    // The operator's order is their preference: own node first, paid providers after it.
    rank: false,
    retryCount: options.retries ?? DEFAULT_RETRIES,
    retryDelay: options.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS,
  });
  return createPublicClient({
    chain: l1Chain(options.chainId),
    // By default viem caches for four seconds, but on a development chain blocks may be one second apart.
    cacheTime: 0,
    transport: sendingToAll(inOrder, transports),
  });
}

/**
 * Checks which chain every URL serves.
 * @returns the hosts that did not answer, for a warning
 * @throws {WrongL1ChainError} when one of them serves another chain
 * @throws {L1UnreachableError} when none of them answers
 */
export async function checkL1Chain({ nodes }: Pick<L1Client, 'nodes'>): Promise<readonly string[]> {
  const answers = await Promise.all(
    nodes.map(async ({ host, client }) => {
      const expected = client.chain.id;
      try {
        return { host, expected, chainId: await client.getChainId() };
      } catch (error) {
        return { host, expected, error };
      }
    }),
  );
  for (const { host, expected, chainId } of answers) {
    if (chainId !== undefined && chainId !== expected) throw new WrongL1ChainError(host, expected, chainId);
  }
  const silent = answers.filter(({ chainId }) => chainId === undefined);
  if (silent.length === answers.length) {
    throw new L1UnreachableError(
      silent.map(({ host }) => host),
      { cause: silent[0]?.error },
    );
  }
  return silent.map(({ host }) => host);
}

function reveal(url: string | Secret<string>): string {
  return typeof url === 'string' ? url : url.reveal();
}

function l1Chain(id: number): Chain {
  return defineChain({
    id,
    name: `L1 chain ${id}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
}

/** viem's HTTP transport, with no more than the host of the URL in its errors and its description. */
function maskedHttp(url: string, timeoutMs: number, faults: RpcFaults | undefined): Transport {
  return (parameters) => {
    const { url: plainUrl, authorization } = splitCredentials(url);
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const transport = http(plainUrl, { timeout: timeoutMs, retryCount: 0, fetchOptions: { headers } });
    const inner = transport({ ...parameters, retryCount: 0 });
    return {
      config: inner.config,
      value: { url: maskRpcUrl(url) },
      request: (async (request: Parameters<typeof inner.request>[0]) => {
        if (faults?.failsNow() === true) {
          throw new HttpRequestError({ url: maskRpcUrl(url), details: 'a drill makes this request fail' });
        }
        try {
          const result: unknown = await inner.request(request);
          faults?.succeeded();
          return result;
        } catch (error) {
          maskRpcUrlsInError(error);
          throw error;
        }
      }) as typeof inner.request,
    };
  };
}
