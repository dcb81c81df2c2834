import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type AttemptCause, DEFAULT_ATTEMPT_BUDGETS, isSpent } from '../../../shared/ledger/job-ledger.ts';
import type { TestInputs } from '../../fixtures/test-family.ts';
import { TestFleet, until } from '../../fixtures/test-fleet.ts';

const POISONS: [what: string, inputs: TestInputs, cause: AttemptCause, reason: RegExp][] = [
  ['always fails', { act: 'throw' }, 'failure', /^the witness does not satisfy the circuit$/],
  [
    'makes the prover exit',
    { act: 'exit' },
    'failure',
    /^the prover exited with code 3; its last words: a library gave up$/,
  ],
  [
    'gets the prover killed',
    { act: 'be-killed' },
    'out-of-memory',
    /^the prover was ended by SIGKILL, as the system does/,
  ],
  ['fills the heap of the prover', { act: 'fill-heap' }, 'out-of-memory', /JavaScript heap out of memory/],
  ['never ends', { act: 'block', ms: 600_000 }, 'time-out', /^no proof after 3 s: the prover was killed$/],
];

const BUDGET = 2;

describe('a job whose proof fails', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open({
      attemptBudgets: { ...DEFAULT_ATTEMPT_BUDGETS, failure: BUDGET, 'out-of-memory': BUDGET, 'time-out': BUDGET },
    });
  });

  afterEach(async () => {
    await fleet.close();
  });

  it.for(POISONS)(
    '%s: it is rejected when its budget is spent, and the others are proven',
    async ([, inputs, cause, reason]) => {
      // The budget counts agents.
      for (let agent = 0; agent < BUDGET; agent += 1) {
        fleet.startAgent({
          timeoutMultiple: 0,
          timeoutFloorSeconds: cause === 'time-out' ? 3 : 60,
          proverEnvironment: { NODE_OPTIONS: '--max-old-space-size=64' },
        });
      }
      const poison = await fleet.addJob(inputs);
      const others = [await fleet.addJob({ act: 'prove' }), await fleet.addJob({ act: 'prove' })];

      for (const id of others) await fleet.untilState(id, 'proven');
      // Its message waits a second before the next attempt.
      const rejected = await fleet.untilState(poison, 'rejected');

      // An agent that starts late leaves the other to try again.
      expect(isSpent(rejected.attempts[cause], rejected.failedBy?.[cause] ?? [], BUDGET)).toBe(true);
      expect(rejected.attempts[cause]).toBeGreaterThan(1);
      expect(rejected.reason).toMatch(reason);
      const [incident] = await until(
        () => fleet.engine.incidents.latest(10),
        (incidents) => incidents.length > 0,
      );
      expect(incident).toMatchObject({ kind: 'rejected-job', subject: poison });
      await until(
        () => fleet.engine.queue.depths(),
        (depths) => depths.length === 0,
      );
    },
  );
});
