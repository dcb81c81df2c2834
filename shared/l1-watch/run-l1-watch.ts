import { repeatEvery } from '../retry/repeat-every.ts';
import { Remembered } from './measure-l1.ts';
import { otherRollupsNote } from './other-rollups.ts';
import { watchL1, type WatchL1Deps } from './watch-l1.ts';
import type { Engine } from '../engine/engine.ts';

const EVERY_MS = 60_000;

type RunL1WatchDeps = Omit<WatchL1Deps, 'note' | 'otherRollups' | 'l1Time' | 'engine'> & {
  readonly engine: WatchL1Deps['engine'] & Pick<Engine, 'notes'>;
};

/**
 * Measures L1 and what the fleet still owes it once a minute until `signal` aborts, where no function does: in the node of
 * an embedded engine.
 */
export async function runL1Watch(deps: RunL1WatchDeps, signal: AbortSignal): Promise<void> {
  const { engine, log } = deps;
  const note = engine.notes.of('watch-l1', Remembered);
  const otherRollups = otherRollupsNote(engine.notes);
  await repeatEvery(
    EVERY_MS,
    async () => {
      try {
        await watchL1({ ...deps, note, otherRollups });
      } catch (error) {
        log.warn({ err: error }, 'could not measure L1 and the open epochs');
      }
    },
    signal,
  );
}
