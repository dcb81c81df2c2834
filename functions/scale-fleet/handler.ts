import { ECSClient } from '@aws-sdk/client-ecs';

import { DynamoGrowingEpochs } from '../../shared/engine/aws/dynamo-ledgers/dynamo-growing-epochs.ts';
import { DynamoSpotEvents } from '../../shared/engine/aws/dynamo-ledgers/dynamo-spot-events.ts';
import { EcsAgentFleet } from '../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { awsClientOptions } from '../../shared/engine/aws/aws-connection.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { openLedgerTable } from '../../shared/lambda/open-ledger-table.ts';
import { DynamoNotes } from '../../shared/engine/aws/dynamo/dynamo-notes.ts';
import { EndedEpochs } from './ended-epochs.ts';
import { DEFAULT_SCALING_POLICY } from './decide/fleet-state.ts';
import { type GroupDecision, scaleFleet, type ScaleFleetDeps } from './scale-fleet.ts';
import { parseScaleFleetSettings } from './scale-fleet-settings.ts';
import { ScalerNote } from './scaler-note.ts';

const prepared = oncePerContainer(async (): Promise<ScaleFleetDeps> => {
  const settings = parseScaleFleetSettings(process.env);
  const { table, names, connection } = openLedgerTable(settings);
  const opened = await openFunction('scale-fleet', settings);
  const { budgetDollarsPerHour, mayCrossBudget, marginSeconds } = settings;
  return {
    ...opened,
    ended: new EndedEpochs(opened.engine.jobs),
    growing: new DynamoGrowingEpochs(table),
    spotEvents: new DynamoSpotEvents(table),
    fleet: new EcsAgentFleet(new ECSClient(awsClientOptions(connection)), names),
    pools: settings.fleetPools,
    budget: {
      mayCross: mayCrossBudget,
      ...(budgetDollarsPerHour !== undefined && { dollarsPerHour: budgetDollarsPerHour }),
    },
    policy: { ...DEFAULT_SCALING_POLICY, marginSeconds },
    notes: new DynamoNotes(table, 'scale-fleet', ScalerNote),
    nowMs: Date.now,
  };
});

/** Runs once a minute and on request; the event does not matter. Returns how many agents each group is to have. */
export async function handler(): Promise<{ readonly groups: readonly GroupDecision[] }> {
  return { groups: await scaleFleet(await prepared.get()) };
}
