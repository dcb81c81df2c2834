/** How far an official node is with an epoch. */
export type SessionStage = 'proving' | 'submitting' | 'done' | 'failed' | 'ended';

/** By the state's name in the versions 4.1.2 to 6. */
const STAGES: ReadonlyMap<string, SessionStage> = new Map([
  ['awaiting-predecessor', 'submitting'],
  ['publishing-proof', 'submitting'],
  ['completed', 'done'],
  ['superseded', 'done'],
  ['failed', 'failed'],
  // Replaced, stopped with the node, or over because of a job that was rejected: another session may follow.
  ['stopped', 'ended'],
  ['cancelled', 'ended'],
  ['reorg', 'ended'],
  ['timed-out', 'ended'],
]);

/** A state of another version counts as one of an epoch that is being proven. */
export function stageOf(state: string): SessionStage {
  return STAGES.get(state) ?? 'proving';
}
