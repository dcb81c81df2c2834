import { ECSClient } from '@aws-sdk/client-ecs';

import { awsClientOptions } from '../../shared/engine/aws/aws-connection.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { EcsAgentFleet } from '../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { awsEngineOptionsOf } from '../../shared/engine/engine-options.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { EarlierEpochs } from './earlier-epochs.ts';
import { ProvenJobs } from './proven-jobs.ts';
import { DEFAULT_SCALING_POLICY } from './decide/fleet-state.ts';
import { type GroupDecision, scaleFleet, type ScaleFleetDeps } from './scale-fleet.ts';
import { parseScaleFleetSettings } from './scale-fleet-settings.ts';
import { ScalerNote } from './scaler-note.ts';

const prepared = oncePerContainer(async (): Promise<ScaleFleetDeps> => {
  const settings = parseScaleFleetSettings(process.env);
  const { prefix, connection } = awsEngineOptionsOf(settings);
  const opened = openFunction('scale-fleet', settings);
  const { jobs, growingEpochs, spotEvents, notes } = opened.engine;
  const { budgetDollarsPerHour, mayCrossBudget, marginSeconds } = settings;
  return {
    ...opened,
    proven: new ProvenJobs(jobs),
    earlier: new EarlierEpochs(jobs),
    growing: growingEpochs,
    spotEvents,
    fleet: new EcsAgentFleet(new ECSClient(awsClientOptions(connection)), awsResourceNames(prefix)),
    pools: settings.fleetPools,
    budget: {
      mayCross: mayCrossBudget,
      ...(budgetDollarsPerHour !== undefined && { dollarsPerHour: budgetDollarsPerHour }),
    },
    policy: { ...DEFAULT_SCALING_POLICY, marginSeconds },
    note: notes.of('scale-fleet', ScalerNote),
    nowMs: Date.now,
  };
});

/** Runs once a minute and on request; the event does not matter. Returns how many agents each group is to have. */
export async function handler(): Promise<{ readonly groups: readonly GroupDecision[] }> {
  return { groups: await scaleFleet(await prepared.get()) };
}
