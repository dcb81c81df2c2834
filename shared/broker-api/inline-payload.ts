import { isUtf8 } from 'node:buffer';

import { decodeUriEncodedBase64, uriEncodedBase64 } from './uri-encoded-base64.ts';
import { ProofUri } from './wire-types.ts';

/** How Aztec's inline store begins the inputs and proofs that it puts into a URI. */
const PREFIX = 'data:application/json;charset=utf-8,';
const INPUTS = /^\{"type":\d+,"inputs":/;
const BINARY = /^data:application\/json;charset=utf-8,%7B%22type%22%3A\d+%2C%22inputs%22%3A%22/;
const BINARY_END = encodeURIComponent('"}');
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
  return unpackBinary(uri) ?? unpackText(uri) ?? asItCame(uri);
}

/** The bytes of base64, which large inputs are. */
function unpackBinary(uri: ProofUri): Uint8Array | undefined {
  const start = uri.match(BINARY)?.[0].length;
  const end = uri.length - BINARY_END.length;
  if (start === undefined || start > end || !uri.endsWith(BINARY_END)) return undefined;
  const bytes = decodeUriEncodedBase64(uri, start, end);
  // What would come back as text stays as it came.
  return bytes === undefined || isObject(bytes) || isInlineText(bytes) ? undefined : bytes;
}

/** The text of an object. */
function unpackText(uri: ProofUri): Uint8Array | undefined {
  const json = jsonIn(uri);
  const start = json?.match(INPUTS)?.[0].length;
  if (json === undefined || start === undefined || !json.endsWith('}')) return undefined;
  const text = Buffer.from(json.slice(start, -1));
  return isObject(text) ? text : undefined;
}

/** The URI that {@link unpackInputs} was given. @param type the circuit's number in the version of nodes and agents */
export function packInputs(bytes: Uint8Array, type: number): ProofUri {
  const parts = packInputsInParts(bytes, type);
  if (parts !== undefined) return ProofUri.parse(Buffer.concat([...parts]).toString('latin1'));
  return isInlineText(bytes) ? ProofUri.parse(textOf(bytes)) : toUri(`{"type":${type},"inputs":${textOf(bytes)}}`);
}

/**
 * The same of binary inputs, which large ones are, in parts of ASCII without quotes and backslashes; they are made when they
 * are taken. `undefined` for inputs that are kept as text.
 */
export function packInputsInParts(bytes: Uint8Array, type: number): Iterable<Uint8Array> | undefined {
  return isInlineText(bytes) || isObject(bytes) ? undefined : { [Symbol.iterator]: () => binaryInParts(bytes, type) };
}

function* binaryInParts(bytes: Uint8Array, type: number): Generator<Uint8Array> {
  yield Buffer.from(PREFIX + encodeURIComponent(`{"type":${type},"inputs":"`));
  yield* uriEncodedBase64(bytes);
  yield Buffer.from(BINARY_END);
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

function toUri(json: string): ProofUri {
  return ProofUri.parse(PREFIX + encodeURIComponent(json));
}

function asItCame(uri: ProofUri): Uint8Array {
  return Buffer.from(uri);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isInlineText(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(0, 5)) === 'data:' && isUtf8(bytes);
}

/** Binary inputs that begin with a brace end with one and are valid UTF-8 by no chance. */
function isObject(bytes: Uint8Array): boolean {
  return bytes.at(0) === 0x7b && bytes.at(-1) === 0x7d && isUtf8(bytes);
}
