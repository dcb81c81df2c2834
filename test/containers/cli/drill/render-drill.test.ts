import { describe, expect, it } from 'vitest';

import { exitCodeOf } from '../../../../containers/cli/drill/drill-command.ts';
import { renderPlan, renderReport } from '../../../../containers/cli/drill/render-drill.ts';
import type { DrillReport } from '../../../../containers/cli/drill/run-drill.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import type { AgentRecord } from '../../../../shared/ledger/agent-registry.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

const { id: jobId } = aNewJob();
const NOTHING = { jobs: [], proofs: [], provenTwice: [], attempts: [] };
const REPORT: DrillReport = {
  id: '9e3f25c3',
  fault: 'delay-settlement',
  hit: { atMs: 0, faultEndsAtMs: 20_000, where: 'agent on here, process 7', jobIds: [jobId] },
  recoveredAfterMs: 1_500,
  failedRequests: undefined,
  lost: NOTHING,
  incidents: [],
};

describe('the report of a drill', () => {
  it('says what was hit, how long recovery took, and that nothing was lost', () => {
    expect(renderReport(REPORT).map(textOf).slice(0, 4)).toEqual([
      'Hit        agent on here, process 7',
      `           ${jobId}`,
      'Recovered  after 1.5 s, from the end of the fault',
      'Lost       nothing',
    ]);
    expect(exitCodeOf(REPORT)).toBe(0);
  });

  it('names what was lost, and exits with an error', () => {
    const lost = { ...NOTHING, provenTwice: [jobId], attempts: [{ jobId, cause: 'failure' as const, count: 2 }] };
    const text = renderReport({ ...REPORT, lost })
      .map(textOf)
      .join('\n');
    expect(text).toContain(`Lost       proven twice: ${jobId}; attempts: 2 to failure of ${jobId}\n`);
    expect(exitCodeOf({ ...REPORT, lost })).toBe(1);
  });

  it('exits with another code when the fleet has not recovered in time', () => {
    expect(exitCodeOf({ ...REPORT, recoveredAfterMs: undefined })).toBe(4);
  });

  it('takes a fault of L1 that no request has met for an error', () => {
    expect(exitCodeOf({ ...REPORT, fault: 'fail-rpc', failedRequests: 0 })).toBe(1);
  });
});

describe('the plan of a drill', () => {
  it('says what will be done to whom, and what must happen then', () => {
    const control = { place: 'ECS task arn:task', stop: async () => undefined, kill: undefined };
    const agent = { record: { agentId: 'here-1' } as AgentRecord, control };
    expect(
      renderPlan({ fault: 'kill-agent', seconds: 30, open: [], agent }, 'aws, prefix coppice').map(textOf),
    ).toEqual([
      'Drill     kill-agent',
      'Fleet     aws, prefix coppice; 0 epochs are being proven',
      'Fault     agent here-1, while it proves, is killed (SIGKILL; on ECS it ends itself at once)',
      'Where     ECS task arn:task',
      'Expected  its lease ends, and another agent proves the job; that costs the job one attempt',
      'Needs     a process that was started with COPPICE_DRILLS=allowed',
      'Undone    by what supervises the agent; where nothing does, start it again',
    ]);
  });
});
