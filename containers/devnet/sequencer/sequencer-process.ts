import { getInitialTestAccountsData } from '@aztec/accounts/testing';

import { alignL1Clock } from '../l1/align-l1-clock.ts';
import { deployL1 } from '../l1/deploy-l1.ts';
import { runLocalProgram } from '../../processes/run-local-program.ts';
import { startAztecHashing } from '../../processes/start-aztec-hashing.ts';
import { SequencerConfiguration } from './sequencer-messages.ts';
import { sequencerReady } from './sequencer-ready.ts';
import { startSequencer } from './sequencer.ts';
import { warmUpBlobs } from '../l1/warm-up-blobs.ts';

// Deployment and node share a process: both need Aztec's circuits in memory, and loading them takes seconds.
runLocalProgram(SequencerConfiguration, async (configuration, report) => {
  await startAztecHashing();
  const { l1RpcUrl, l1ChainId, timing } = configuration;
  const fundedAddresses = (await getInitialTestAccountsData()).map(({ address }) => address);
  report('deploying the L1 contracts');
  const [deployment] = await Promise.all([
    deployL1(l1RpcUrl, l1ChainId, timing, fundedAddresses),
    warmUpBlobs(l1RpcUrl),
  ]);
  await alignL1Clock(l1RpcUrl, timing, deployment.genesisSeconds);
  report('starting the sequencer');
  const sequencer = await startSequencer({ ...configuration, deployment });
  const ready = sequencerReady(deployment, sequencer, fundedAddresses);
  return { ready, stop: () => sequencer.stop() };
});
