import type { DrillWatch } from '../drills/drill-watch.ts';
import type { Engine } from './engine.ts';
import { override } from './override-port.ts';

/** The engine, with settlements that a drill may delay. A drill that is over, or under way elsewhere, costs nothing. */
export function drilledEngine<Drilled extends Engine>(
  engine: Drilled,
  drills: Pick<DrillWatch, 'delaySettlement'>,
): Drilled {
  return {
    ...engine,
    jobs: override(engine.jobs, {
      async markProven(report) {
        await drills.delaySettlement(report.jobId);
        return engine.jobs.markProven(report);
      },
    }),
    close: () => engine.close(),
  };
}
