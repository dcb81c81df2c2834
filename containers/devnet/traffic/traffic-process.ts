import { createAztecNodeClient } from '@aztec/stdlib/interfaces/client';

import { CheckpointGate } from '../sequencer/checkpoint-gate.ts';
import { runLocalProgram } from '../../processes/run-local-program.ts';
import { startAztecHashing } from '../../processes/start-aztec-hashing.ts';
import { sendL1ToL2Message } from './send-l1-to-l2-message.ts';
import { L1Clock } from '../l1/l1-clock.ts';
import { SlotClock } from '../sequencer/slot-clock.ts';
import { Traffic } from './traffic.ts';
import { TrafficConfiguration } from './traffic-messages.ts';
import { TrafficWallet } from './traffic-wallet.ts';

runLocalProgram(TrafficConfiguration, async (configuration, report) => {
  await startAztecHashing();
  const node = createAztecNodeClient(configuration.nodeRpcUrl);
  const wallet = await TrafficWallet.open(node);
  const l1Clock = await L1Clock.follow(configuration.l1RpcUrl, configuration.timing.ethereumSlotSeconds);
  const traffic = new Traffic({
    node,
    gate: new CheckpointGate(configuration.adminRpcUrl, configuration.timing),
    wallet,
    clock: new SlotClock(configuration.timing, configuration.genesisSeconds),
    l1Clock,
    sendL1ToL2Message: () => sendL1ToL2Message(configuration, wallet.address),
    report,
  });
  return {
    ready: null,
    run: () => traffic.run(configuration.epochs ?? Number.POSITIVE_INFINITY),
    stop: () => {
      l1Clock.stop();
      return Promise.resolve();
    },
  };
});
