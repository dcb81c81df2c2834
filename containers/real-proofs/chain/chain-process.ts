import { getInitialTestAccountsData } from '@aztec/accounts/testing';

import { refuseDevelopmentCrs } from '../../../shared/l1/development-chains.ts';
import { useDevelopmentKeys } from '../../aztec-keys/use-development-keys.ts';
import { alignL1Clock } from '../../devnet/l1/align-l1-clock.ts';
import { deployL1 } from '../../devnet/l1/deploy-l1.ts';
import { warmUpBlobs } from '../../devnet/l1/warm-up-blobs.ts';
import { sequencerReady } from '../../devnet/sequencer/sequencer-ready.ts';
import { startSequencer } from '../../devnet/sequencer/sequencer.ts';
import { runLocalProgram } from '../../processes/run-local-program.ts';
import { startAztecHashing } from '../../processes/start-aztec-hashing.ts';
import { ChainConfiguration, type ChainReady } from './chain-messages.ts';
import { letOneCheckpointPass } from './let-one-checkpoint-pass.ts';
import { deployDevelopmentVerifier, findVerifier, replaceVerifier } from './rollup-verifier.ts';

// Once its epoch is mined, nobody needs the sequencer any more: it ends, and leaves its memory to the proofs.
runLocalProgram(ChainConfiguration, async ({ developmentKeys, ...configuration }, report) => {
  const { l1RpcUrl, l1ChainId, timing } = configuration;
  await startAztecHashing();
  if (developmentKeys !== undefined) {
    refuseDevelopmentCrs('development', l1ChainId);
    await useDevelopmentKeys(developmentKeys);
  }
  const fundedAddresses = (await getInitialTestAccountsData()).map(({ address }) => address);
  report('deploying the L1 contracts');
  const [deployment] = await Promise.all([
    deployL1(l1RpcUrl, l1ChainId, timing, fundedAddresses, developmentKeys === undefined ? 'honk' : 'mock'),
    warmUpBlobs(l1RpcUrl),
  ]);
  const rollupAddress = deployment.l1Contracts.rollupAddress.toString();
  let { verifier } = await findVerifier(l1RpcUrl, rollupAddress);
  if (developmentKeys !== undefined) {
    report("deploying the verifier of the root's development key");
    verifier = await deployDevelopmentVerifier(l1RpcUrl, developmentKeys);
    await replaceVerifier(l1RpcUrl, rollupAddress, verifier);
  }
  await alignL1Clock(l1RpcUrl, timing, deployment.genesisSeconds);
  report('starting the sequencer');
  const sequencer = await startSequencer({ ...configuration, deployment });
  report('having a checkpoint without transactions mined');
  const { epoch, checkpoint } = await letOneCheckpointPass({
    ...sequencer,
    l1RpcUrl,
    timing,
    genesisSeconds: deployment.genesisSeconds,
  });
  const ready: ChainReady = {
    ...sequencerReady(deployment, sequencer, fundedAddresses),
    epoch,
    checkpoint,
    verifierAddress: verifier,
  };
  return { ready, stop: () => sequencer.stop() };
});
