import { Fault } from '../../../shared/drills/drill-record.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import type { DrillPlan } from './drill-plan.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { isNothing, type Losses } from './losses.ts';
import type { DrillReport } from './run-drill.ts';

/** What `coppice drill --list` prints. */
export function renderFaults(): Line[] {
  return alignColumns(
    Fault.options.map((fault): Line => {
      const { summary, needsAllowance } = FAULT_KINDS[fault];
      return [toned('strong', fault), summary, needsAllowance ? toned('dim', 'needs COPPICE_DRILLS=allowed') : ''];
    }),
  );
}

/** What a drill is about to do, before it does it. */
export function renderPlan({ fault, seconds, open, agent }: DrillPlan, place: string): Line[] {
  const { does, expected, needsAllowance } = FAULT_KINDS[fault];
  const ownEnd = agent !== undefined && agent.control.kill === undefined && fault === 'kill-agent';
  return alignColumns([
    ['Drill', toned('strong', fault)],
    ['Fleet', `${place}; ${open.length === 1 ? '1 epoch is' : `${open.length} epochs are`} being proven`],
    ['Fault', `${subjectOf(fault, agent?.record.agentId)} ${does}${lasts(fault) ? `, for ${seconds} s` : ''}`],
    ...(agent === undefined ? [] : [['Where', agent.control.place]]),
    ['Expected', expected],
    ...(needsAllowance || ownEnd ? [['Needs', 'a process that was started with COPPICE_DRILLS=allowed']] : []),
    ['Undone', lasts(fault) ? 'by itself, and at once when this command is interrupted' : describeUndoing(fault)],
  ]);
}

/** What a drill has shown. */
export function renderReport({ fault, hit, recoveredAfterMs, failedRequests, lost, incidents }: DrillReport): Line[] {
  const { signs } = FAULT_KINDS[fault];
  return [
    ...alignColumns([
      ['Hit', hit.where],
      ...hit.jobIds.map((id): Line => ['', id]),
      ...(failedRequests === undefined ? [] : [['Failed', `${failedRequests} requests to L1`]]),
      ['Recovered', describeRecovery(recoveredAfterMs, lasts(fault))],
      ['Lost', isNothing(lost) ? toned('good', 'nothing') : toned('bad', describeLosses(lost))],
    ]),
    [],
    ['What shows such a fault when nobody announced it'],
    ...alignColumns([
      ['  log', `"${signs.log}"`],
      ['  metric', signs.metric],
      ['  status', signs.status],
      ...incidents.map(({ kind, message }): Line => ['  incident', `${kind}: ${message}`]),
    ]),
  ];
}

function subjectOf(fault: Fault, agentId: string | undefined): string {
  switch (fault) {
    case 'stop-agent':
    case 'kill-agent':
      return `agent ${agentId ?? '?'}, while it proves,`;
    case 'duplicate-message':
      return 'a job that is being proven';
    case 'delay-settlement':
      return 'the next job that is proven';
    case 'fail-rpc':
      return 'the node or the broker';
  }
}

function lasts(fault: Fault): boolean {
  return fault === 'delay-settlement' || fault === 'fail-rpc';
}

function describeUndoing(fault: Fault): string {
  return fault === 'duplicate-message'
    ? 'by the agent that receives the message'
    : 'by what supervises the agent; where nothing does, start it again';
}

function describeRecovery(recoveredAfterMs: number | undefined, isAfterFault: boolean): string {
  if (recoveredAfterMs === undefined) return 'not yet: see coppice status, and the runbook';
  return `after ${formatDuration(recoveredAfterMs)}${isAfterFault ? ', from the end of the fault' : ''}`;
}

function describeLosses({ jobs, proofs, provenTwice, attempts }: Losses): string {
  const list = (what: string, ids: readonly string[]): string[] =>
    ids.length === 0 ? [] : [`${what}: ${ids.join(', ')}`];
  return [
    ...list('jobs', jobs),
    ...list('proofs', proofs),
    ...list('proven twice', provenTwice),
    ...list(
      'attempts',
      attempts.map(({ jobId, cause, count }) => `${count} to ${cause} of ${jobId}`),
    ),
  ].join('; ');
}
