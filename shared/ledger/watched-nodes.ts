import { z } from 'zod';

import { EpochNumber, RollupId } from '../proving-job/epoch-id.ts';
import type { Note, Notes } from './notes.ts';

/** What may be wrong with the official programs of a version line. The runbook has an article of each name. */
export const LineTroubleKind = z.enum([
  'node-unreachable',
  'node-idle',
  'session-failed',
  'proof-not-submitted',
  'version-mismatch',
  'retired-line',
]);
export type LineTroubleKind = z.infer<typeof LineTroubleKind>;

/** What an official node does with an epoch, in the words of its version. */
export const NodeSession = z.strictObject({ epoch: EpochNumber, state: z.string() });
export type NodeSession = z.infer<typeof NodeSession>;

/** An official node, as the broker beside it last saw it. */
export const WatchedNode = z.strictObject({
  /** The version of Aztec that it has to run, which names its line. */
  networkVersion: z.string(),
  rollup: RollupId,
  readAtMs: z.number().int(),
  /** Oldest epoch first. */
  sessions: z.array(NodeSession),
  /** Why it lists none. */
  problem: z.string().optional(),
  /** Of the account with the least. Absent where the accounts that submit are not known. */
  balanceEth: z.number().nonnegative().optional(),
  troubles: z.array(z.strictObject({ kind: LineTroubleKind, sinceMs: z.number().int(), message: z.string() })),
});
export type WatchedNode = z.infer<typeof WatchedNode>;

const WatchedNodes = z.strictObject({ nodes: z.array(WatchedNode) });
type WatchedNodes = z.infer<typeof WatchedNodes>;

/** A node that nobody has watched for so long is gone. */
const KEPT_MS = 24 * 3_600_000;

function noteIn(notes: Notes): Note<WatchedNodes> {
  return notes.of('official-nodes', WatchedNodes);
}

/** The nodes that were watched lately, by version. */
export async function readWatchedNodes(notes: Notes, nowMs: number): Promise<readonly WatchedNode[]> {
  const { value } = await noteIn(notes).find();
  return (value?.nodes ?? [])
    .filter(({ readAtMs }) => nowMs - readAtMs < KEPT_MS)
    .toSorted((a, b) => a.networkVersion.localeCompare(b.networkVersion, 'en', { numeric: true }));
}

/** Notes the node in the place of its line's last note. Of two brokers that do so at once, the second leaves it to its next round. */
export async function noteWatchedNode(notes: Notes, node: WatchedNode): Promise<void> {
  const note = noteIn(notes);
  const { value, version } = await note.find();
  const others = (value?.nodes ?? []).filter(
    ({ networkVersion, rollup, readAtMs }) =>
      (networkVersion !== node.networkVersion || rollup !== node.rollup) && node.readAtMs - readAtMs < KEPT_MS,
  );
  await note.replace({ nodes: [...others, node] }, version);
}
