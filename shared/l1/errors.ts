import type { Hex } from 'viem';

/** An RPC URL leads to another chain than the one configured. Nothing may be read from it, nothing sent to it. */
export class WrongL1ChainError extends Error {
  override readonly name = 'WrongL1ChainError';
  readonly retryable = false;
  readonly host: string;
  readonly expectedChainId: number;
  readonly actualChainId: number;

  constructor(host: string, expectedChainId: number, actualChainId: number) {
    super(
      `the L1 RPC at ${host} serves chain ${actualChainId}, not ${expectedChainId}: correct the RPC URLs or the L1 chain id`,
    );
    this.host = host;
    this.expectedChainId = expectedChainId;
    this.actualChainId = actualChainId;
  }
}

/** None of the RPC URLs answered. */
export class L1UnreachableError extends Error {
  override readonly name = 'L1UnreachableError';
  readonly retryable = true;
  readonly hosts: readonly string[];

  constructor(hosts: readonly string[], options?: ErrorOptions) {
    super(`no L1 RPC answered (${hosts.join(', ')}): check that one of them is up and reachable`, options);
    this.hosts = hosts;
  }
}

/** What should be a private key of secp256k1 is none. The message never holds the text. */
export class InvalidPublisherKeyError extends Error {
  override readonly name = 'InvalidPublisherKeyError';
  readonly retryable = false;

  constructor() {
    super('the publisher key must be 0x and 64 hexadecimal digits, and a key of secp256k1');
  }
}

/** A stored root is no call of `submitEpochRootProof` for the checkpoints it names. */
export class MalformedRootCallError extends Error {
  override readonly name = 'MalformedRootCallError';
  readonly retryable = false;

  constructor(epoch: number, problem: string, options?: ErrorOptions) {
    super(`the stored root of epoch ${epoch} cannot be submitted: ${problem}; prove the epoch again`, options);
  }
}

/** A contract refused a call. `reason` is its error, decoded. */
export class CallRevertedError extends Error {
  override readonly name = 'CallRevertedError';
  readonly retryable = true;
  readonly to: Hex;
  readonly reason: string;

  constructor(to: Hex, reason: string, options?: ErrorOptions) {
    super(`a call of ${to} reverts: ${reason}`, options);
    this.to = to;
    this.reason = reason;
  }
}

/** The publisher's key cannot be used where it is kept. The message says why and what to do, and never holds the key. */
export class PublisherKeyUnusableError extends Error {
  override readonly name = 'PublisherKeyUnusableError';
  /** Whether the same call may succeed later though nobody changes anything. */
  readonly retryable: boolean;
  /** Such as `KMS key alias/coppice` or `secret coppice/publisher`. */
  readonly keptIn: string;

  constructor(keptIn: string, problem: string, options: ErrorOptions & { readonly retryable?: boolean } = {}) {
    super(`the publisher's ${keptIn} cannot be used: ${problem}`, options);
    this.keptIn = keptIn;
    this.retryable = options.retryable ?? false;
  }
}

/** Bytes that should be an ECDSA signature of secp256k1 in DER are none. */
export class MalformedSignatureError extends Error {
  override readonly name = 'MalformedSignatureError';
  readonly retryable = false;

  constructor(problem: string) {
    super(`the signature is not DER of a secp256k1 signature: ${problem}`);
  }
}
