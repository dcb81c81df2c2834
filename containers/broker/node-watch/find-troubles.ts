import type { LineTroubleKind } from '../../../shared/ledger/watched-nodes.ts';
import { parseRollupId } from '../../../shared/proving-job/epoch-id.ts';
import type { BrokerLine } from '../broker-deps.ts';
import type { OpenEpoch } from '../l1/l1-rollup.ts';
import type { NodeView } from './official-node.ts';
import { stageOf } from './session-stage.ts';

/** The oldest epoch that L1 has complete and not proven, and what the ledger has of it. */
export interface EpochToProve extends OpenEpoch {
  readonly rejectedJobs: number;
  readonly isRootProven: boolean;
  /** Whether the node had a session for it that it no longer lists. */
  readonly hasLostSession: boolean;
}

/** All that is known at one moment. */
export interface LineView {
  readonly line: BrokerLine;
  readonly node: NodeView;
  /** `undefined` when no epoch waits for a proof, or L1 is not known. */
  readonly epoch: EpochToProve | undefined;
  readonly isL1Known: boolean;
  /** Whether the network has gone on to another rollup. */
  readonly isRetired: boolean;
  /** Agents of the line that run. */
  readonly agents: number;
  readonly balanceEth: number | undefined;
  /** By which windows close, in Unix milliseconds. */
  readonly nowMs: number;
}

export interface Trouble {
  readonly kind: LineTroubleKind;
  /** What is wrong and what to do, without what changes from one moment to the next. */
  readonly message: string;
  /** How long it must last until it is reported: before that it may pass by itself. */
  readonly patienceMs: number;
}

const MINUTE_MS = 60_000;
/** A node whose container was replaced starts again, and opens its ports when it has caught up with the chain. */
const UNREACHABLE_MS = 10 * MINUTE_MS;
/** From the end of an epoch to a session for it: its last checkpoint has to reach the node, with its transactions. */
const IDLE_MS = 5 * MINUTE_MS;
/** What a node that has just started, or ended a session, takes to begin the next; by then L1 shows what it submitted. */
const BETWEEN_SESSIONS_MS = 2 * MINUTE_MS;
/** From the root's proof to its block on L1, with replacements of the transaction. */
const SUBMIT_MS = 10 * MINUTE_MS;
/** The line's last agents end when its last epoch is proven. */
const RETIRED_MS = 30 * MINUTE_MS;

/** Everything that is wrong at this moment; of one kind at most one. */
export function findTroubles(view: LineView): readonly Trouble[] {
  const troubles = [unreachable(view), otherVersion(view), withEpoch(view), withoutL1(view), retired(view)];
  return troubles.filter((one) => one !== undefined);
}

function unreachable({ node }: LineView): Trouble | undefined {
  if (node.problem === undefined) return undefined;
  return { kind: 'node-unreachable', message: node.problem, patienceMs: UNREACHABLE_MS };
}

function otherVersion({ line, node: { versions } }: LineView): Trouble | undefined {
  const address = parseRollupId(line.rollup)?.address;
  const named = versions.l1RollupAddress?.toLowerCase();
  const differences = [
    ...(versions.packageVersion === undefined || versions.packageVersion === line.networkVersion
      ? []
      : [`it is of Aztec ${versions.packageVersion}, and its broker and agents of ${line.networkVersion}`]),
    ...(address === undefined || named === undefined || named === address
      ? []
      : [`it follows the rollup ${named}, and the broker ${address}`]),
  ];
  if (differences.length === 0) return undefined;
  const message = `the node does not fit its line: ${differences.join('; ')}. Deploy one version of Aztec for all of them`;
  return { kind: 'version-mismatch', message, patienceMs: 0 };
}

function withEpoch({ node, epoch, line, balanceEth, nowMs }: LineView): Trouble | undefined {
  if (epoch === undefined || epoch.deadlineAtMs <= nowMs || node.sessions === undefined) return undefined;
  const states = node.sessions.filter((session) => session.epoch === epoch.epoch).map(({ state }) => state);
  const stages = new Set(states.map(stageOf));
  if (stages.has('proving')) return undefined;
  if (stages.has('failed')) {
    return failed(epoch, epoch.isRootProven ? 'its root is proven, but was not submitted' : 'its session failed');
  }
  if (epoch.isRootProven || stages.has('submitting')) return unsent(epoch, states);
  if (stages.has('done')) return undefined;
  if (epoch.rejectedJobs > 0) {
    return failed(epoch, `jobs of it were rejected; revive them first (coppice retry ${epoch.epoch})`);
  }
  if (epoch.hasLostSession) return { ...failed(epoch, 'its session is gone'), patienceMs: BETWEEN_SESSIONS_MS };
  if (nowMs < epoch.endedAtMs + IDLE_MS) return undefined;
  return idle(epoch, { node, line, balanceEth });
}

/** A failed session stays in the node's list until its window closes. */
function withoutL1({ node, isL1Known }: LineView): Trouble | undefined {
  if (isL1Known) return undefined;
  const session = node.sessions?.findLast(({ state }) => stageOf(state) === 'failed');
  return session && failed(session, 'its session failed');
}

function failed(
  { epoch, deadlineAtMs }: Pick<OpenEpoch, 'epoch'> & Partial<Pick<OpenEpoch, 'deadlineAtMs'>>,
  what: string,
): Trouble {
  const until = deadlineAtMs === undefined ? 'its window closes' : timeOf(deadlineAtMs);
  const message =
    `the node has given up epoch ${epoch}: ${what}. Read its log, and restart it before ${until}: jobs that are proven ` +
    'return at once';
  return { kind: 'session-failed', message, patienceMs: 0 };
}

function unsent({ epoch, deadlineAtMs }: EpochToProve, states: readonly string[]): Trouble {
  const message =
    `epoch ${epoch} is proven, and its root is not on L1 (sessions of the node: ${states.join(', ') || 'none'}). Check the ` +
    `ether of the node's account and its L1 URLs, then restart it before ${timeOf(deadlineAtMs)}`;
  return { kind: 'proof-not-submitted', message, patienceMs: SUBMIT_MS };
}

function idle(
  { epoch }: EpochToProve,
  { node, line, balanceEth }: Pick<LineView, 'node' | 'line' | 'balanceEth'>,
): Trouble {
  const { packageVersion } = node.versions;
  const has = balanceEth === undefined ? '' : ` Its account has ${balanceEth} ETH.`;
  const message =
    `epoch ${epoch} is complete and not proven, and the node${packageVersion === undefined ? '' : ` (${packageVersion})`} ` +
    `does nothing for it, though it is up: in standby, shut down by itself, or without ether for the submission.${has} ` +
    `Read its log, and check that the network runs ${line.networkVersion}`;
  return { kind: 'node-idle', message, patienceMs: BETWEEN_SESSIONS_MS };
}

function retired({ isRetired, agents, epoch, line }: LineView): Trouble | undefined {
  if (!isRetired || agents === 0 || epoch !== undefined) return undefined;
  const message =
    `agents of ${line.networkVersion} run, and the network has gone on to another rollup: they have nothing left to prove. ` +
    'Stop them, or take the line out of the configuration';
  return { kind: 'retired-line', message, patienceMs: RETIRED_MS };
}

function timeOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16)}Z`;
}
