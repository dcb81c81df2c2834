import type { AgentId, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import type { JournalEntry } from './journal.ts';

/**
 * Where the claimers' journals and the ledger do not agree on one settlement for each job: every job must be proven, one
 * claimer must have noted that it settled it, and the ledger must name that one.
 *
 * A claimer that was killed between the ledger's write and its own line has left no such line. Then no other claimer may
 * have noted it either, and the last line of the claimer that the ledger names must say that it was settling this job.
 */
export function settlementProblems(
  records: readonly JobRecord[],
  journal: readonly JournalEntry[],
  killed: ReadonlySet<AgentId>,
): readonly string[] {
  const settlers = new Map<ProvingJobId, AgentId[]>(records.map(({ id }) => [id, []]));
  const lastWords = new Map<AgentId, JournalEntry>();
  const problems: string[] = [];
  for (const entry of journal) {
    const { agentId, event, jobId } = entry;
    lastWords.set(agentId, entry);
    if (event !== 'proven' || jobId === undefined) continue;
    const known = settlers.get(jobId);
    if (known === undefined) problems.push(`${agentId} settled ${jobId}, which the ledger has lost`);
    else known.push(agentId);
  }
  for (const { id, state, provenBy } of records) {
    const [settler, ...others] = settlers.get(id) ?? [];
    if (state !== 'proven' || provenBy === undefined) {
      problems.push(`${id} is ${state}`);
    } else if (others.length > 0) {
      problems.push(`${id} was settled by ${[settler, ...others].join(', ')}`);
    } else if (settler === undefined) {
      const last = lastWords.get(provenBy);
      const wasCutOff = killed.has(provenBy) && last?.event === 'settling' && last.jobId === id;
      if (!wasCutOff) problems.push(`${id} is proven by ${provenBy}, which did not note it`);
    } else if (settler !== provenBy) {
      problems.push(`${id} was settled by ${settler}, and the ledger names ${provenBy}`);
    }
  }
  return problems;
}
