import { pino } from 'pino';

import { proveCanary } from '../../../../containers/canary/prove-canary.ts';
import { type EngineOptions, openEngine } from '../../../../shared/engine/open-engine.ts';
import { shamCanaryPlan } from '../../../fixtures/sham-canary-plan.ts';

// The node side of a canary epoch, to be killed: engine options as JSON, and how many leaves.

const engine = await openEngine(JSON.parse(process.argv[2] ?? '') as EngineOptions);
const plan = shamCanaryPlan(Number(process.argv[3]));
await proveCanary(
  plan,
  { engine, reconcileMs: 1000, nowMs: Date.now, log: pino({ level: 'silent' }) },
  new AbortController().signal,
);
await engine.close();
