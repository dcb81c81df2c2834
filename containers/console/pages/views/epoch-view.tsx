import type { JSX } from 'preact';

import type { EpochDetails } from '../../api/epoch.ts';
import { usePolled } from '../data/polled.ts';
import { useNow } from '../data/server-clock.ts';
import { verdictOf } from '../data/verdict.ts';
import { Resource } from '../parts/resource.tsx';
import { VerdictBox } from '../parts/verdict-box.tsx';
import { BlockingChain } from './epoch/blocking-chain.tsx';
import { EpochCostParts } from './epoch/epoch-cost-parts.tsx';
import { EpochFacts } from './epoch/epoch-facts.tsx';
import { EpochTree } from './epoch/epoch-tree.tsx';

/** One epoch: whether it makes its deadline, what it waits for, its merge tree job by job, who proved what when, and what it cost. */
export function EpochView({ id, job }: { readonly id: string; readonly job: string | undefined }): JSX.Element {
  const details = usePolled<EpochDetails>(`/api/epochs/${encodeURIComponent(id)}`);
  const nowMs = useNow();
  return (
    <Resource polled={details} what="the epoch">
      {(read) => (
        <>
          <VerdictBox verdict={verdictOf(read.epoch, nowMs)} actions={read.remedies.map(({ text }) => text)} />
          <div class="side-by-side">
            <EpochFacts details={read} nowMs={nowMs} />
            <BlockingChain details={read} nowMs={nowMs} />
          </div>
          <EpochTree details={read} job={job} nowMs={nowMs} />
          <EpochCostParts id={read.epoch.id} />
        </>
      )}
    </Resource>
  );
}
