import { lineStandingsNote } from '../../shared/agent-fleet/line-standing.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { FleetDecisionRecord } from '../../shared/ledger/decision-log.ts';
import { lineOfVersion, NATIVE_LINE } from '../../shared/proving-job/fleet-line.ts';

/** Those of the last two minutes, of as many lines as a fleet has during an upgrade and more. */
const DECISIONS = 16;

/**
 * Reads the newest decision of the scaler about each version line.
 * @returns the one about the agents that prove jobs of a network version, if there is one
 */
export async function newestDecisions({
  decisions,
  notes,
}: Pick<Engine, 'decisions' | 'notes'>): Promise<(networkVersion: string) => FleetDecisionRecord | undefined> {
  const byLine = newestByLine(await decisions.latest('fleet', DECISIONS));
  const isNativeAlone = [...byLine.keys()].every((line) => line === NATIVE_LINE);
  const lines = isNativeAlone ? [] : ((await lineStandingsNote(notes).find()).value?.lines ?? []);
  if (lines.length === 0) return () => byLine.get(NATIVE_LINE);
  return (networkVersion) => byLine.get(lineOfVersion(networkVersion, lines));
}

/** @param decisions newest first */
export function newestByLine(decisions: readonly FleetDecisionRecord[]): ReadonlyMap<string, FleetDecisionRecord> {
  return new Map(decisions.toReversed().map((decision) => [decision.line ?? NATIVE_LINE, decision]));
}
