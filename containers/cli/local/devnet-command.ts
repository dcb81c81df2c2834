import { DEVNET_GROUP, readDevnetSettings } from '../../../shared/config/groups/devnet-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { exportAwsVariables } from '../command-line/export-aws-variables.ts';
import { localCommand } from '../command-line/local-command.ts';
import { RUN_EVENTS, withRunEvents } from '../json/run-events.ts';
import { assertDevelopmentPackages } from './development-packages.ts';

export const DEVNET_COMMAND = localCommand({
  name: 'devnet',
  usage: '',
  summary: 'prove an epoch of a local Aztec network to a local L1',
  explanation: [
    'Starts an L1, an Aztec network with traffic, a prover node and agents, all on this machine; shows the merge tree ' +
      'while they prove; ends when the epochs are proven on L1, with nothing left running.',
    'With --engine aws the fleet works on SQS, S3 and DynamoDB, and functions submit its proofs: on an emulator that it ' +
      'starts, or at the endpoint AWS_ENDPOINT_URL.',
    "With --real-proofs it proves one epoch, of one checkpoint without transactions, with Aztec's own prover, to a rollup whose " +
      'contract verifies the root; then it checks that the contract refuses an altered proof, and writes docs/real-proofs.md, or, ' +
      "with Aztec's own agents, docs/real-proofs-official.md. It takes up to half an hour on two cores, and 24 GiB. The same " +
      'command with the same --data-directory continues a run that was cut off: proven jobs are not proven again.',
  ],
  examples: [
    'coppice devnet',
    'coppice devnet --epochs 3 --agents 4 --keep',
    'coppice devnet --node official --agents official:2',
    'coppice devnet --engine aws',
  ],
  exitCodes: ['interrupted'],
  switches: [],
  output: RUN_EVENTS,
  groups: [DEVNET_GROUP, ENV_FILE_GROUP],
  parse: readDevnetSettings,
  execute: async (settings, { environment, switches }) => {
    exportAwsVariables(environment);
    assertDevelopmentPackages('devnet');
    if (settings.realProofs) {
      const { runRealProofs } = await import('../../real-proofs/run-real-proofs.ts');
      return withRunEvents(switches, (output) => runRealProofs({ ...settings, output }));
    }
    const { runDevnet } = await import('../../devnet/run-devnet.ts');
    return withRunEvents(switches, (output) => runDevnet({ ...settings, output }));
  },
});
