import type { LineTroubleKind } from '../../shared/ledger/watched-nodes.ts';
import { type AlarmDefinition, AT_LEAST, AT_ONCE, FIVE_MINUTES, ONE_MINUTE } from './alarm-definition.ts';
import type { FleetMetrics } from './fleet-metrics.ts';

const TROUBLES: Readonly<Record<LineTroubleKind, Pick<AlarmDefinition, 'urgency' | 'meaning'>>> = {
  'node-unreachable': {
    urgency: 'page',
    meaning: 'For ten minutes, the official node has not listed what it does: it is down, or in standby.',
  },
  'node-idle': {
    urgency: 'page',
    meaning: 'An epoch is complete and not proven, and the official node does nothing for it, though it is up.',
  },
  'session-failed': { urgency: 'page', meaning: 'The official node has given up an epoch whose window is open.' },
  'proof-not-submitted': {
    urgency: 'page',
    meaning: "An epoch's root has been proven for ten minutes, and the official node has not brought it to L1.",
  },
  'version-mismatch': {
    urgency: 'page',
    meaning: 'A node or an agent is of another version of Aztec, or follows another rollup, than its line.',
  },
  'retired-line': {
    urgency: 'notice',
    meaning: 'Agents run for a rollup that is no longer canonical and has no epoch to prove.',
  },
};

/** Alarms on the official node of a version line, and on who works for that line. Native nodes write no such metrics. */
export function lineAlarms(metrics: FleetMetrics): readonly AlarmDefinition[] {
  return Object.entries(TROUBLES).map(([trouble, { urgency, meaning }]) => ({
    article: trouble,
    urgency,
    meaning,
    metric: metrics.max('LineTroubles', { trouble }, ONE_MINUTE),
    comparison: AT_LEAST,
    threshold: 1,
    // The broker waits before it counts a trouble; a gateway writes once a minute.
    periods: { breaching: 2, of: 3 },
    silence: 'fine',
  }));
}

/** An alarm on a line that was replaced and does not end. Only fleets with official lines have lines that end. */
export function drainAlarm(metrics: FleetMetrics): AlarmDefinition {
  return {
    article: 'line-not-drained',
    urgency: 'notice',
    meaning: 'The rollup of a version line was replaced four hours ago, and epochs of it are still open.',
    metric: metrics.max('LinesOverdue', {}, FIVE_MINUTES),
    comparison: AT_LEAST,
    threshold: 1,
    periods: AT_ONCE,
    silence: 'no-news',
  };
}
