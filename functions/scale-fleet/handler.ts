import { ECSClient } from '@aws-sdk/client-ecs';

import type { AgentFleet } from '../../shared/agent-fleet/agent-fleet.ts';
import { lineStandingsNote } from '../../shared/agent-fleet/line-standing.ts';
import { awsClientOptions } from '../../shared/engine/aws/aws-connection.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { EcsAgentFleet } from '../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { EcsNodeServices } from '../../shared/engine/aws/fleet/ecs-node-services.ts';
import { awsEngineOptionsOf } from '../../shared/engine/engine-options.ts';
import { canonicalRollupNote } from '../../shared/l1/canonical-rollup.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { type OpenFunction, openFunction } from '../../shared/lambda/open-function.ts';
import { inLine, NATIVE_LINE } from '../../shared/proving-job/fleet-line.ts';
import { EarlierEpochs } from './earlier-epochs.ts';
import { scaleLines, type ScaleLinesDeps } from './lines/scale-lines.ts';
import { ProvenJobs } from '../../shared/merge-tree/progress/proven-jobs.ts';
import { DEFAULT_SCALING_POLICY } from './decide/fleet-state.ts';
import { type GroupDecision, scaleFleet, type ScaleFleetDeps } from './scale-fleet.ts';
import { parseScaleFleetSettings, type ScaleFleetSettings } from './scale-fleet-settings.ts';
import { ScalerNote } from './scaler-note.ts';

type Scale = () => Promise<readonly GroupDecision[]>;

const prepared = oncePerContainer(async (): Promise<Scale> => {
  const settings = parseScaleFleetSettings(process.env);
  const { prefix, connection } = awsEngineOptionsOf(settings);
  const opened = openFunction('scale-fleet', settings);
  const ecs = new ECSClient(awsClientOptions(connection));
  const names = awsResourceNames(prefix);
  const depsOf = (line: string): ScaleFleetDeps =>
    depsOfScaler(opened, settings, new EcsAgentFleet(ecs, names, line), line);
  const { lines } = settings;
  if (lines === undefined) {
    const deps = depsOf(NATIVE_LINE);
    return () => scaleFleet(deps);
  }
  const { notes, epochs } = opened.engine;
  const deps: ScaleLinesDeps = {
    ...opened,
    lines: lines.map((line) => ({ ...line, deps: depsOf(line.name) })),
    epochs,
    nodes: new EcsNodeServices(ecs, names),
    canonical: canonicalRollupNote(notes),
    standings: lineStandingsNote(notes),
    nowMs: Date.now,
  };
  return () => scaleLines(deps);
});

function depsOfScaler(
  opened: OpenFunction,
  settings: ScaleFleetSettings,
  fleet: AgentFleet,
  line: string,
): ScaleFleetDeps {
  const { jobs, growingEpochs, spotEvents, notes } = opened.engine;
  const { budgetDollarsPerHour, mayCrossBudget, marginSeconds } = settings;
  return {
    ...opened,
    proven: new ProvenJobs(jobs),
    earlier: new EarlierEpochs(jobs),
    growing: growingEpochs,
    spotEvents,
    fleet,
    pools: settings.fleetPoolsOfLines?.[line] ?? settings.fleetPools,
    budget: {
      mayCross: mayCrossBudget,
      ...(budgetDollarsPerHour !== undefined && { dollarsPerHour: budgetDollarsPerHour }),
    },
    policy: { ...DEFAULT_SCALING_POLICY, marginSeconds },
    note: notes.of(inLine({ name: line }, 'scale-fleet'), ScalerNote),
    nowMs: Date.now,
  };
}

/** Runs once a minute and on request; the event does not matter. Returns how many agents each group is to have. */
export async function handler(): Promise<{ readonly groups: readonly GroupDecision[] }> {
  const scale = await prepared.get();
  return { groups: await scale() };
}
