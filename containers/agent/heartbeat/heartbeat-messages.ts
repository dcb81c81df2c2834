import type { EngineOptions } from '../../../shared/engine/open-engine.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { LeasePair } from './lease-keeper.ts';

/** What the heartbeat thread is started with. */
export interface HeartbeatThreadData {
  /** The lease that is extended is `leaseSeconds` long. */
  readonly engineOptions: EngineOptions;
  readonly heartbeatSeconds: number;
}

/** To the heartbeat thread. `key` is the main thread's number for a claimed job. */
export type HeartbeatRequest =
  | { readonly kind: 'keep'; readonly key: number; readonly leases: LeasePair; readonly untilMs: number }
  | { readonly kind: 'drop'; readonly key: number }
  | { readonly kind: 'report'; readonly agent: AgentRecord }
  | { readonly kind: 'stop'; readonly agent: AgentRecord };

/** From the heartbeat thread. */
export type HeartbeatEvent =
  | { readonly kind: 'begun' }
  | { readonly kind: 'extended'; readonly key: number; readonly leases: LeasePair }
  | { readonly kind: 'lost'; readonly key: number; readonly reason: string }
  | { readonly kind: 'dropped'; readonly key: number }
  | { readonly kind: 'problem'; readonly message: string };
