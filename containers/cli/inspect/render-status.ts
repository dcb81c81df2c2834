import type { LineStanding } from '../../../shared/agent-fleet/line-standing.ts';
import type { DiskSpace } from '../../../shared/engine/disks.ts';
import type { QueueDepth } from '../../../shared/job-queue/job-queue.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { aboutEpoch } from '../../../shared/ledger/incident-log.ts';
import type { RootRecord } from '../../../shared/ledger/outbox.ts';
import type { WatchedNode } from '../../../shared/ledger/watched-nodes.ts';
import { EpochId, isOfLine } from '../../../shared/proving-job/epoch-id.ts';
import { inLine } from '../../../shared/proving-job/fleet-line.ts';
import { nameEpoch, rollupToName } from '../../../shared/proving-job/name-epoch.ts';
import { parseProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { describeFinish, describeFinishBriefly, toneOfChance } from '../../epoch-view/describe-prediction.ts';
import { describeRange } from '../../epoch-view/describe-epoch.ts';
import { formatBytes } from '../../terminal/format-bytes.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, type Tone, toned } from '../../terminal/line.ts';
import { wrapLine } from '../../terminal/wrap-line.ts';
import type { EpochStatus, FleetStatus } from '../../fleet-view/fleet-status.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { restLines } from './list-limit.ts';
import { renderHeader } from './render-header.ts';

export const TONE_OF_EPOCH: Readonly<Record<EpochStatus['state'], Tone>> = {
  proving: 'busy',
  submitting: 'busy',
  proven: 'good',
  failed: 'bad',
  expired: 'bad',
};

/** Narrower terminals get shorter cells. */
const WIDE_COLUMNS = 120;
/** What is left out of an epoch's row in a narrow terminal: its transaction, its range, its attempt. */
const SPARE_OF_EPOCH = [9, 3, 4];
/** Of an agent's: its pools, how busy it is, when it was seen. */
const SPARE_OF_AGENT = [6, 5, 7];

/**
 * What the fleet is doing, in sections.
 * @param limit the most agents and dead letters to show
 */
export function renderStatus(status: FleetStatus, columns = Infinity, limit = Infinity): Line[] {
  const { atMs, lines, epochs, roots, agents, officialNodes, queues, disks, incidents, deadLetters, unreadable } =
    status;
  const ids = epochs.map(({ id }) => id);
  // Of a section, which is indented.
  const fit = { columns: columns - 2 };
  const sections: (readonly [string, readonly Line[], string])[] = [
    ...(lines.length === 0
      ? []
      : [
          [
            'Version lines',
            alignColumns(
              lines.map((line) => lineCells(line, atMs)),
              fit,
            ),
            '',
          ] as const,
        ]),
    [
      'Epochs',
      alignColumns(
        epochs.map((epoch) => epochCells(epoch, ids, atMs, columns < WIDE_COLUMNS)),
        { ...fit, spare: SPARE_OF_EPOCH },
      ),
      'none yet',
    ],
    ['Roots in the outbox', roots.map((root) => rootLine(root, ids, atMs)), 'none'],
    ...(officialNodes.length === 0
      ? []
      : [['Official nodes', officialNodes.flatMap((node) => nodeLines(node, atMs)), ''] as const]),
    [
      'Agents',
      [
        ...alignColumns(
          agents.slice(0, limit).map((agent) => agentCells(agent, ids, atMs)),
          { ...fit, spare: SPARE_OF_AGENT },
        ),
        ...restLines(agents.length, limit),
      ],
      'none seen recently',
    ],
    ['Queues', alignColumns(queues.filter(holdsMessages).map(queueCells), fit), 'empty'],
    ...(disks.length === 0 ? [] : [['Disks', disks.map(diskLine), ''] as const]),
    [
      'Incidents',
      incidents.map(({ atMs: sinceMs, kind, subject, message }) => [
        toned('dim', ago(atMs - sinceMs)),
        ` ${kind} ${shownSubject(subject, ids)}: ${message}`,
      ]),
      'none',
    ],
    [
      'Dead letters',
      [
        ...deadLetters
          .slice(0, limit)
          .map(({ parkedAtMs, reason, body }): Line => [
            toned('dim', ago(atMs - parkedAtMs)),
            ` ${toned('bad', reason).text}: ${body.slice(0, 200)}`,
          ]),
        ...restLines(deadLetters.length, limit),
      ],
      'none',
    ],
    ...(unreadable.length === 0
      ? []
      : [['Written by a newer version, or damaged', unreadable.map((record) => [toned('bad', record)]), ''] as const]),
  ];
  const body = sections.flatMap(([title, lines, whenEmpty]): Line[] => [
    [],
    [toned('strong', title)],
    ...(lines.length === 0 ? [[toned('dim', `  ${whenEmpty}`)]] : lines.map((line) => ['  ', ...line])),
  ]);
  return [...renderHeader(status, columns), ...body.flatMap((line) => wrapLine(line, columns, '    '))];
}

function lineCells(line: LineStanding, atMs: number): Line {
  const { name, version, state, openEpochs, agents, supersededAtMs } = line;
  return [
    name,
    toned('dim', version),
    toned(state === 'proving' ? 'busy' : state === 'ready' ? 'dim' : 'strong', state),
    `${openEpochs} open ${openEpochs === 1 ? 'epoch' : 'epochs'}`,
    `${agents} ${agents === 1 ? 'agent' : 'agents'}`,
    supersededAtMs === undefined ? '' : `no longer canonical for ${formatDuration(atMs - supersededAtMs)}`,
    state === 'ended' ? toned('strong', 'remove it from coppice.config.ts and deploy') : '',
  ];
}

function epochCells(
  { progress, prediction, hasRivalProof, ...epoch }: EpochStatus,
  known: readonly EpochId[],
  atMs: number,
  isBrief: boolean,
): Line {
  const { expected, done, running, waiting, rejected, isSoFar } = progress;
  const need = needOfEpoch(epoch, atMs);
  const jobs = [
    `${done} of ${expected}${isBrief ? '' : ' jobs'} proven${isSoFar ? ' so far' : ''}`,
    ...(need === 'proofs' && !isBrief ? [`${running} running`, `${waiting} waiting`] : []),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
  ].join(', ');
  return [
    String(epoch.epoch),
    toned('dim', rollupToName(epoch.id, known) ?? ''),
    toned(TONE_OF_EPOCH[epoch.state], epoch.state),
    describeRange(epoch),
    epoch.attempt > 1 ? `attempt ${epoch.attempt}` : '',
    jobs,
    need !== 'nothing' ? windowOf(epoch, atMs, isBrief) : `after ${tookUntilClosed(epoch)}`,
    prediction === undefined
      ? ''
      : toned(
          toneOfChance(prediction),
          `root ${isBrief ? describeFinishBriefly(prediction) : describeFinish(prediction)}`,
        ),
    hasRivalProof ? toned('busy', "L1 has another prover's proof: the reward is shared") : '',
    epoch.transactionHash ?? '',
    epoch.reason === undefined ? '' : toned(TONE_OF_EPOCH[epoch.state], epoch.reason),
  ];
}

function windowOf(
  { id, deadlineAtMs }: Pick<EpochStatus, 'id' | 'deadlineAtMs'>,
  atMs: number,
  isBrief: boolean,
): string {
  if (isOfLine(id)) return 'no window known';
  return `${isBrief ? '' : 'window '}${closes(deadlineAtMs - atMs)}`;
}

function tookUntilClosed({ openedAtMs, closedAtMs }: Pick<EpochStatus, 'openedAtMs' | 'closedAtMs'>): string {
  return formatDuration((closedAtMs ?? openedAtMs) - openedAtMs);
}

function closes(leftMs: number): string {
  return leftMs > 0 ? `closes in ${formatDuration(leftMs)}` : `closed ${ago(-leftMs)}`;
}

function shownSubject(subject: string, known: readonly EpochId[]): string {
  const id = EpochId.safeParse(subject.slice('epoch '.length)).data;
  return id !== undefined && subject === aboutEpoch(id) ? `epoch ${nameEpoch(id, known)}` : subject;
}

function rootLine(root: RootRecord, known: readonly EpochId[], atMs: number): Line {
  const newest = root.submissions.at(-1);
  return [
    `epoch ${nameEpoch(root.epochId, known)}: `,
    toned('busy', root.state),
    newest === undefined ? '' : `, transaction ${root.submissions.length}: ${newest.transactionHash}`,
    `, window ${closes(root.deadlineAtMs - atMs)}`,
    root.reason === undefined ? '' : toned('bad', ` (${root.reason})`),
  ];
}

function nodeLines(
  { networkVersion, sessions, problem, balanceEth, readAtMs, troubles }: WatchedNode,
  atMs: number,
): Line[] {
  const doing = sessions.map(({ epoch, state }) => `epoch ${epoch} ${state}`).join(', ') || 'no session';
  return [
    [
      `${networkVersion}: `,
      problem === undefined ? doing : toned('bad', problem),
      balanceEth === undefined ? '' : `; account has ${balanceEth} ETH`,
      toned('dim', `; read ${ago(atMs - readAtMs)}`),
    ],
    ...troubles.map(({ kind, sinceMs, message }): Line => [
      toned('bad', `  ${kind} for ${formatDuration(atMs - sinceMs)}`),
      `: ${message}`,
    ]),
  ];
}

function agentCells(agent: AgentRecord, known: readonly EpochId[], atMs: number): Line {
  const { jobId, jobSinceMs } = agent;
  const job = jobId === undefined ? undefined : parseProvingJobId(jobId);
  const isProving = agent.state === 'proving' && job !== undefined;
  return [
    agent.agentId,
    toned(isProving ? 'busy' : 'dim', agent.state),
    isProving ? `${job.circuit} of epoch ${nameEpoch(job.epochId, known)}` : '',
    isProving && jobSinceMs !== undefined ? `for ${formatDuration(atMs - jobSinceMs)}` : '',
    `${agent.jobsProven} proven`,
    agent.busyShare === undefined ? '' : `busy ${Math.round(agent.busyShare * 100)} %`,
    agent.pools.join(', '),
    toned('dim', `seen ${ago(atMs - agent.lastSeenAtMs)}`),
    agent.note === undefined ? '' : toned('bad', agent.note),
  ];
}

function holdsMessages({ waiting, leased }: QueueDepth): boolean {
  return waiting + leased > 0;
}

function queueCells({ line, pool, lane, waiting, leased }: QueueDepth): Line {
  return [line === undefined ? pool : inLine({ name: line }, pool), lane, `${waiting} waiting`, `${leased} leased`];
}

function diskLine({ directory, freeBytes, reserveBytes, isLow }: DiskSpace): Line {
  const free = `${formatBytes(freeBytes)} free`;
  return [
    isLow ? toned('bad', free) : free,
    ` on the disk of ${directory}; ${formatBytes(reserveBytes)} are kept for the ledger`,
  ];
}

function ago(durationMs: number): string {
  return `${formatDuration(durationMs)} ago`;
}
