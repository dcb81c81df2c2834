import packageManifest from '../../../package.json' with { type: 'json' };
import { lineStandingsNote } from '../../../shared/agent-fleet/line-standing.ts';
import { engineKindOf } from '../../../shared/engine/engine-kind.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { readWatchedNodes } from '../../../shared/ledger/watched-nodes.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { nameEpoch } from '../../../shared/proving-job/name-epoch.ts';
import { aztecVersionsOf } from '../../fleet-view/aztec-versions.ts';
import { LATEST_EPOCHS } from '../../fleet-view/find-epoch.ts';
import { readFleetL1 } from '../../fleet-view/fleet-l1.ts';
import { AGENT_SEEN_SECONDS } from '../../fleet-view/fleet-status.ts';
import { newestRollup } from '../../fleet-view/newest-rollup.ts';
import type { Fleet } from '../api/fleet.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { readDeadLetters } from './read-dead-letters.ts';

/** What the head of every page shows. It reads and counts no jobs. */
export async function readFleet({ engine, ages, place, l1RpcUrls, nowMs }: ConsoleDeps): Promise<Fleet> {
  const atMs = nowMs();
  const [lines, epochs, roots, agents, officialNodes, queues, letters, [decision], disks] = await Promise.all([
    lineStandingsNote(engine.notes).find(),
    engine.epochs.latest(LATEST_EPOCHS),
    engine.outbox.open(),
    engine.agents.seenWithin(AGENT_SEEN_SECONDS),
    readWatchedNodes(engine.notes, atMs),
    engine.queue.depths(),
    readDeadLetters(engine),
    engine.decisions.latest('fleet', 1),
    engine.disks?.spaces() ?? [],
  ]);
  const { l1, publisher } = await readFleetL1(engine, { l1RpcUrls, epochs, roots });
  const ids = epochs.map(({ id }) => id);
  const open = epochs.filter((epoch) => ['proofs', 'mining'].includes(needOfEpoch(epoch, atMs)));
  return {
    atMs,
    goodForMs: ages.fewMs,
    engine: engineKindOf(engine),
    place,
    coppiceVersion: packageManifest.version,
    aztecVersions: [...aztecVersionsOf(epochs, agents)],
    lines: lines.value?.lines ?? [],
    rollup: newestRollup(epochs),
    l1,
    publisher: publisher && { address: publisher, balanceWei: l1?.balanceWei },
    agents: countAgents(agents),
    queues: [...queues],
    deadLetters: letters.length,
    dollarsPerHour: decision?.dollarsPerHour,
    openEpochs: open.toReversed().map(({ id }) => ({ id, name: nameEpoch(id, ids) })),
    officialNodes: [...officialNodes],
    disks: [...disks],
    unreadable: [...engine.unreadable.list],
  };
}

function countAgents(agents: readonly AgentRecord[]): Fleet['agents'] {
  const up = agents.filter(({ state }) => state !== 'stopped');
  const provingOf = (some: readonly AgentRecord[]): number => some.filter(({ state }) => state === 'proving').length;
  return {
    total: up.length,
    proving: provingOf(up),
    byPool: Pool.options.flatMap((pool) => {
      const ofPool = up.filter(({ pools }) => pools.includes(pool));
      return ofPool.length === 0 ? [] : [{ pool, agents: ofPool.length, proving: provingOf(ofPool) }];
    }),
  };
}
