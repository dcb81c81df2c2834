import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CHAOS_BUDGETS, type ChaosGround } from './claimers.chaos.ts';

const LEASE_SECONDS = 3;

export const EMBEDDED_GROUND: ChaosGround = {
  name: 'embedded',
  open: async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-chaos-'));
    return {
      engine: { engine: 'embedded', dataDirectory, leaseSeconds: LEASE_SECONDS, attemptBudgets: CHAOS_BUDGETS },
      close: () => rm(dataDirectory, { recursive: true, force: true }),
    };
  },
  pace: { strandedSeconds: 2, claimSeconds: 1, reconcileMs: 1000, mostAtOnce: Infinity },
};
