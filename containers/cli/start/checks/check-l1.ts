import { BaseError } from 'viem';

import type { Secret } from '../../../../shared/config/secret.ts';
import { L1_SETTINGS } from '../../../../shared/config/groups/l1-settings.ts';
import { nameOf } from '../../../../shared/config/setting.ts';
import { reasonOf } from '../../../../shared/broker-api/post-json.ts';
import { createL1Client, type L1Node } from '../../../../shared/l1/l1-client.ts';
import { describeLag, judgeHeads, type L1Head, readHead } from '../../../../shared/l1/l1-heads.ts';
import { toleranceMs } from '../../../../shared/l1/follow-l1-clock.ts';
import { findTraceMethod, TRACE_METHODS } from '../../../../shared/l1/find-trace-method.ts';
import { type Fault, missing, ready, type RoleFinding, warning } from './role-finding.ts';

const { l1RpcUrls, l1ChainId, l1DebugRpcUrls, ethereumAllowNoDebugHosts } = L1_SETTINGS.settings;

export interface L1ToCheck {
  readonly rpcUrls: readonly (string | Secret<string>)[];
  /** @default any, as long as all serve the same */
  readonly chainId: number | undefined;
  /** How long L1 takes for a block, in milliseconds. */
  readonly slotMs: number;
  /** What it means that no node responds. */
  readonly silence: Fault;
}

export interface TracesToCheck {
  readonly rpcUrls: L1ToCheck['rpcUrls'];
  /** Whether the node starts without any that traces. */
  readonly mayLack: boolean;
}

/** Checks every L1 URL: whether it responds, for which chain, and whether its newest block fits the others' and the clock. */
export async function checkL1(l1: L1ToCheck, nowMs: number): Promise<readonly RoleFinding[]> {
  const seen = await Promise.all(nodesOf(l1.rpcUrls, l1.chainId).map(seeNode));
  const chainId = l1.chainId ?? seen.find((node) => 'chainId' in node)?.chainId;
  const heads = seen.flatMap((node) => ('head' in node && node.chainId === chainId ? [node.head] : []));
  const [first, ...others] = heads;
  const lagging = first === undefined ? [] : judgeHeads([first, ...others], nowMs).laggingHosts;
  return [
    ...seen.map((node): RoleFinding => {
      const subject = `L1 at ${node.host}`;
      if ('problem' in node) {
        const remedy = `check that it is up and reachable, or remove it from ${nameOf(l1RpcUrls)}`;
        if (first === undefined) return missing(l1.silence, subject, `does not respond: ${node.problem}`, remedy);
        return warning(subject, `does not respond: ${node.problem}`, remedy);
      }
      if (node.chainId !== chainId) {
        const detail = `serves chain ${node.chainId}, not ${chainId ?? 0}`;
        return missing('settings', subject, detail, `correct ${nameOf(l1RpcUrls)} or ${nameOf(l1ChainId)}`);
      }
      const detail = `serves chain ${node.chainId}, block ${node.head.blockNumber}`;
      if (!lagging.includes(node.host)) return ready(subject, detail);
      const ageSeconds = Math.round((nowMs - node.head.blockAtMs) / 1000);
      const [what = '', remedy = ''] = describeLag({ isStale: lagging.length === heads.length }).split(': ');
      return warning(subject, `${detail} of ${ageSeconds} s ago: ${what}`, remedy);
    }),
    ...checkClock(heads, l1.slotMs, nowMs),
  ];
}

/** Whether this machine's clock is behind L1's. One that is ahead shows as blocks that are too old. */
function checkClock(heads: readonly L1Head[], slotMs: number, nowMs: number): readonly RoleFinding[] {
  if (heads.length === 0) return [];
  const behindMs = Math.min(...heads.map(({ blockAtMs }) => blockAtMs)) - nowMs;
  if (behindMs <= toleranceMs(slotMs)) return [ready('clock', "agrees with L1's")];
  const detail = `is ${Math.round(behindMs / 1000)} s behind L1's: proof windows close by L1's`;
  return [warning('clock', detail, 'have it set by NTP')];
}

/** Whether one of the URLs shows the calls inside transactions, in which the node finds checkpoints that were proposed indirectly. */
export async function checkTraces({ rpcUrls, mayLack }: TracesToCheck): Promise<readonly RoleFinding[]> {
  const subject = 'traces of L1';
  const methods = await Promise.all(nodesOf(rpcUrls, undefined).map(traceMethodOf));
  if (methods.every((method) => method === 'unknown')) {
    return [{ subject, state: 'unknown', detail: 'no L1 node responds, or the newest block is empty: run this again' }];
  }
  const method = methods.find((found) => found !== undefined && found !== 'unknown');
  if (method !== undefined) return [ready(subject, `served by ${method}`)];
  const detail = `no L1 node serves ${TRACE_METHODS.join(' or ')}: checkpoints that were proposed indirectly cannot be read`;
  const remedy = `give one that does with ${nameOf(l1DebugRpcUrls)}`;
  return [
    mayLack
      ? warning(subject, detail, remedy)
      : missing('settings', subject, detail, `${remedy}, or start without by ${nameOf(ethereumAllowNoDebugHosts)}`),
  ];
}

async function traceMethodOf({ client }: L1Node): Promise<string | undefined> {
  try {
    const [transaction] = (await client.getBlock()).transactions;
    if (transaction === undefined) return 'unknown';
    const request = client.request as (call: { method: string; params: readonly unknown[] }) => Promise<unknown>;
    return await findTraceMethod((method, params) => request({ method, params }), transaction);
  } catch {
    return 'unknown';
  }
}

type SeenNode =
  | { readonly host: string; readonly chainId: number; readonly head: L1Head }
  | { readonly host: string; readonly problem: string };

async function seeNode(node: L1Node): Promise<SeenNode> {
  try {
    const [chainId, head] = await Promise.all([node.client.getChainId(), readHead(node)]);
    return { host: node.host, chainId, head };
  } catch (error) {
    return {
      host: node.host,
      problem: reasonOf(error instanceof BaseError ? error.walk() : error).split('\n', 1)[0] ?? '',
    };
  }
}

/** Any chain: these clients only read. */
const UNKNOWN_CHAIN_ID = 1;

function nodesOf(rpcUrls: L1ToCheck['rpcUrls'], chainId = UNKNOWN_CHAIN_ID): readonly L1Node[] {
  return createL1Client({ rpcUrls, chainId, timeoutSeconds: 5, retries: 0 }).nodes;
}
