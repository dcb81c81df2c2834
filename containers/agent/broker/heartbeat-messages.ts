import type { WireJobId } from '../../../shared/broker-api/wire-job-id.ts';
import type { WireJobFilter, WireLease } from '../../../shared/broker-api/wire-types.ts';

/** What the heartbeat thread is started with. */
export interface BrokerThreadData {
  readonly url: string;
  readonly heartbeatSeconds: number;
  readonly filter: WireJobFilter;
}

/** To the heartbeat thread. `key` is the main thread's number for a job. */
export type BrokerThreadRequest =
  | { readonly kind: 'keep'; readonly key: number; readonly jobId: WireJobId; readonly startedAtMs: number }
  | { readonly kind: 'drop'; readonly key: number }
  | { readonly kind: 'stop' };

/** From the heartbeat thread. */
export type BrokerThreadEvent =
  /** The broker has given another job in place of this one. */
  | { readonly kind: 'replaced'; readonly key: number; readonly next: WireLease }
  | { readonly kind: 'dropped'; readonly key: number }
  | { readonly kind: 'problem'; readonly message: string };
