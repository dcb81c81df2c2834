import { isUtf8 } from 'node:buffer';

import { ProofUri } from './wire-types.ts';

/** How Aztec's inline store begins the inputs and proofs that it puts into a URI. */
const PREFIX = 'data:application/json;charset=utf-8,';
const INPUTS = /^\{"type":\d+,"inputs":/;
const PROOF = /^\{"type":\d+,"result":/;

/** Whether the URI holds the payload itself. */
export function isInline(uri: string): boolean {
  return uri.startsWith('data:');
}

/**
 * The bytes of inline inputs as Aztec's file store would hold them, so that agents of either kind can read them: base64 text
 * is what it stands for, and an object is its JSON. Inline inputs of an unknown form are kept as they came.
 */
export function unpackInputs(uri: ProofUri): Uint8Array {
  const json = jsonIn(uri);
  const start = json?.match(INPUTS)?.[0].length;
  if (json === undefined || start === undefined || !json.endsWith('}')) return asItCame(uri);
  const inputs = json.slice(start, -1);
  if (!inputs.startsWith('"')) {
    const text = Buffer.from(inputs);
    return isObject(text) ? text : asItCame(uri);
  }
  const base64 = inputs.slice(1, -1);
  const bytes = Buffer.from(base64, 'base64');
  const isBase64 = inputs.length > 1 && inputs.endsWith('"') && bytes.toString('base64') === base64;
  return isBase64 && !isObject(bytes) && !isInlineText(bytes) ? bytes : asItCame(uri);
}

/** The URI that {@link unpackInputs} was given. @param type the circuit's number in the version of nodes and agents */
export function packInputs(bytes: Uint8Array, type: number): ProofUri {
  if (isInlineText(bytes)) return ProofUri.parse(textOf(bytes));
  if (isObject(bytes)) return toUri(`{"type":${type},"inputs":${textOf(bytes)}}`);
  const [before, after] = [`{"type":${type},"inputs":"`, '"}'].map(encodeURIComponent);
  return ProofUri.parse(`${PREFIX}${before}${encodedBase64(bytes)}${after}`);
}

/** The bytes of an inline proof as Aztec's file store would hold them: its JSON. */
export function unpackProof(uri: ProofUri): Uint8Array {
  const json = jsonIn(uri);
  return json !== undefined && PROOF.test(json) ? Buffer.from(json) : asItCame(uri);
}

/** The URI that {@link unpackProof} was given. */
export function packProof(bytes: Uint8Array): ProofUri {
  const text = textOf(bytes);
  return isInlineText(bytes) ? ProofUri.parse(text) : toUri(text);
}

/**
 * Whether what an agent reports may be a proof of a job: an inline one is JSON with a result, and the job's number of its
 * circuit. What is kept elsewhere, or in a form that is unknown here, is for the node to judge.
 * @param type `undefined` where it is unknown
 */
export function isProofOf(uri: ProofUri, type: number | undefined): boolean {
  if (!uri.startsWith(PREFIX)) return true;
  const proof = parse(jsonIn(uri) ?? '');
  if (typeof proof !== 'object' || proof === null || !('type' in proof) || !('result' in proof)) return false;
  return proof.result !== null && (type === undefined || proof.type === type);
}

/** Whether bytes under a proof's key may be a proof: JSON with a type and a result, or text of a form that is unknown here. */
export function looksLikeProof(bytes: Uint8Array): boolean {
  if (isInlineText(bytes)) return true;
  if (!isObject(bytes) || !PROOF.test(textOf(bytes.subarray(0, 64)))) return false;
  return parse(textOf(bytes)) !== undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function jsonIn(uri: ProofUri): string | undefined {
  if (!uri.startsWith(PREFIX)) return undefined;
  try {
    return decodeURIComponent(uri.slice(PREFIX.length));
  } catch {
    return undefined;
  }
}

/** As `encodeURIComponent` would write the base64, in two thirds of the time. */
function encodedBase64(bytes: Uint8Array): string {
  const base64 = asBuffer(bytes).toString('base64');
  return base64.replaceAll('+', '%2B').replaceAll('/', '%2F').replaceAll('=', '%3D');
}

function toUri(json: string): ProofUri {
  return ProofUri.parse(PREFIX + encodeURIComponent(json));
}

function asItCame(uri: ProofUri): Uint8Array {
  return Buffer.from(uri);
}

function textOf(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf8');
}

/** The same memory. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isInlineText(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(0, 5)) === 'data:' && isUtf8(bytes);
}

/** Binary inputs that begin with a brace end with one and are valid UTF-8 by no chance. */
function isObject(bytes: Uint8Array): boolean {
  return bytes.at(0) === 0x7b && bytes.at(-1) === 0x7d && isUtf8(bytes);
}
