import type { NamespacedApiHandlers } from '@aztec/foundation/json-rpc/server';
import type { ComponentsVersions } from '@aztec/stdlib/versioning';

/** One of Aztec's programs, running. */
export interface AztecService {
  /** What it serves over HTTP, by namespace. */
  readonly handlers: NamespacedApiHandlers;
  /** The versions in the headers of its responses, by which clients and gateways know it. */
  readonly versions: Partial<ComponentsVersions>;
  stop(): Promise<void>;
}

/**
 * How Aztec's command line calls a broker: after each of these pauses, in seconds, it tries again, and gives up about half
 * a minute after the first failure.
 */
export const BROKER_RETRY_SECONDS = [1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3];
