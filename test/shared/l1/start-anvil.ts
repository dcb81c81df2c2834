import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { findFoundryBinary } from '../../../containers/local-l1/foundry-binary.ts';

export interface Anvil {
  readonly port: number;
  readonly url: string;
  /** Sends any JSON-RPC method, those that only a development chain has included. */
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  mine(blocks?: number): Promise<void>;
  stop(): Promise<void>;
}

export const ANVIL_CHAIN_ID = 31_337;

/** A development L1 on a free port, which mines a block only on request. */
export async function startAnvil(): Promise<Anvil> {
  const chain = ['--chain-id', String(ANVIL_CHAIN_ID), '--no-mining'];
  const child = spawn(findFoundryBinary('anvil'), ['--host', '127.0.0.1', '--port', '0', ...chain], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await listeningPort(child);
  const url = `http://127.0.0.1:${port}`;
  const rpc = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  };
  return {
    port,
    url,
    rpc,
    async mine(blocks = 1) {
      for (let block = 0; block < blocks; block++) await rpc('evm_mine');
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

async function listeningPort(child: ChildProcess & { readonly stdout: Readable }): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`anvil ended before it listened, with ${String(code)}`)));
    // Read to the end, not only to the port: anvil stops when nobody takes its log any more.
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /^Listening on 127\.0\.0\.1:(\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}
