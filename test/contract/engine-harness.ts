import type { Engine } from '../../shared/engine/engine.ts';

/** An engine on a clock that the test moves. */
export interface EngineHarness {
  readonly engine: Engine;
  readonly leaseSeconds: number;
  nowMs(): number;
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}
