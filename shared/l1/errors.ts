import type { Hex } from 'viem';

/** An RPC URL leads to another chain than the configured one. Nothing may be read from it or sent to it. */
export class WrongL1ChainError extends Error {
  override readonly name = 'WrongL1ChainError';
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
  readonly hosts: readonly string[];

  constructor(hosts: readonly string[], options?: ErrorOptions) {
    super(`no L1 RPC answered (${hosts.join(', ')}): check that one of them is up and reachable`, options);
    this.hosts = hosts;
  }
}

/** Not a valid secp256k1 private key. The message never contains the key. */
export class InvalidPublisherKeyError extends Error {
  override readonly name = 'InvalidPublisherKeyError';

  constructor() {
    super('invalid publisher key: it must be a secp256k1 key, written as 0x and 64 hexadecimal digits');
  }
}

/** A stored root does not call `submitEpochRootProof` for the checkpoints it names. */
export class MalformedRootCallError extends Error {
  override readonly name = 'MalformedRootCallError';

  constructor(problem: string, options?: ErrorOptions) {
    super(`the stored root cannot be submitted: ${problem}; prove the epoch again`, options);
  }
}

/** A contract reverted a call. `reason` is its error, decoded. */
export class CallRevertedError extends Error {
  override readonly name = 'CallRevertedError';
  readonly to: Hex;
  readonly reason: string;

  constructor(to: Hex, reason: string, options?: ErrorOptions) {
    super(`a call to ${to} reverts: ${reason}`, options);
    this.to = to;
    this.reason = reason;
  }
}

/** The publisher's key cannot be used where it is kept. The message says why and what to do, and never contains the key. */
export class PublisherKeyUnusableError extends Error {
  override readonly name = 'PublisherKeyUnusableError';
  /** Such as `KMS key alias/coppice` or `secret coppice/publisher`. */
  readonly keptIn: string;

  constructor(keptIn: string, problem: string, options?: ErrorOptions) {
    super(`the publisher's ${keptIn} cannot be used: ${problem}`, options);
    this.keptIn = keptIn;
  }
}

/** Not a secp256k1 ECDSA signature in DER. */
export class MalformedSignatureError extends Error {
  override readonly name = 'MalformedSignatureError';

  constructor(problem: string) {
    super(`invalid DER of a secp256k1 signature: ${problem}`);
  }
}
