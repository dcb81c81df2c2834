import { randomFillSync } from 'node:crypto';

import type { ProofUri } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { z } from 'zod';

/** Where Aztec's inline store begins a payload. */
const PREFIX = 'data:application/json;charset=utf-8,';

const Inputs = z.object({ type: z.enum(ProvingRequestType), inputs: z.base64() });

/** Content as Aztec's inline store writes it: JSON, with bytes in base64. */
export function payloadUri(type: ProvingRequestType, key: 'inputs' | 'result', content: string): ProofUri {
  return payloadOf(type, key, Buffer.from(content).toString('base64'));
}

/** Reads inputs that `payloadUri` wrote, whatever a broker did with them meanwhile. */
export function readPayload(uri: string): { readonly type: ProvingRequestType; readonly content: string } {
  const { type, inputs } = Inputs.parse(JSON.parse(decodeURIComponent(uri.slice(PREFIX.length))));
  return { type, content: Buffer.from(inputs, 'base64').toString() };
}

/** The rest is zeros, for HTTP's compression to find: in the largest inputs of an epoch about two thirds are an AVM proof. */
const RANDOM_SHARE = 2 / 3;

/** Makes large payloads of one size. Each is another content, and costs its maker nearly nothing. */
export class LargePayloads {
  readonly #type: ProvingRequestType;
  readonly #key: 'inputs' | 'result';
  readonly #base64: string;

  constructor(type: ProvingRequestType, key: 'inputs' | 'result', sizeBytes: number) {
    this.#type = type;
    this.#key = key;
    const bytes = Buffer.alloc(sizeBytes);
    randomFillSync(bytes, 0, Math.floor(sizeBytes * RANDOM_SHARE));
    this.#base64 = bytes.toString('base64');
  }

  uri(index: number): ProofUri {
    const mark = index.toString().padStart(8, '0');
    return payloadOf(this.#type, this.#key, `${mark}${this.#base64.slice(mark.length)}`);
  }
}

function payloadOf(type: ProvingRequestType, key: string, base64: string): ProofUri {
  return `${PREFIX}${encodeURIComponent(JSON.stringify({ type, [key]: base64 }))}` as ProofUri;
}
