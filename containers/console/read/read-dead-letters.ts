import type { Engine } from '../../../shared/engine/engine.ts';
import type { DeadLetter } from '../../../shared/job-queue/job-queue.ts';

/**
 * Messages that were set aside, oldest first. On AWS those that the fleet has taken off the dead-letter queues, which it does
 * within moments: to read those queues hides their letters from it for a while.
 */
export async function readDeadLetters({
  queue,
  keptDeadLetters,
}: Pick<Engine, 'queue' | 'keptDeadLetters'>): Promise<readonly Pick<DeadLetter, 'parkedAtMs' | 'reason'>[]> {
  return keptDeadLetters === undefined ? await queue.deadLetters() : await keptDeadLetters.list();
}
