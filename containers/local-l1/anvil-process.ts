import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { AnvilConfiguration, type AnvilReady } from './anvil-messages.ts';
import { findFoundryBinary } from './foundry-binary.ts';
import { runLocalProgram } from '../processes/run-local-program.ts';

// Stands between the devnet and anvil: anvil itself would outlive a parent that was killed.
runLocalProgram(AnvilConfiguration, async ({ port, blockSeconds, genesisSeconds }) => {
  const anvil = spawn(
    findFoundryBinary('anvil'),
    [
      ['--host', '127.0.0.1'],
      ['--port', port],
      ['--block-time', blockSeconds],
      ['--timestamp', genesisSeconds],
    ].flatMap((flag) => flag.map(String)),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  anvil.once('exit', (code, signal) => {
    process.stderr.write(`anvil ended (${String(code ?? signal)})\n`);
    process.exit(1);
  });
  const lines = createInterface({ input: anvil.stdout });
  const address = await new Promise<string>((resolve, reject) => {
    anvil.once('error', reject);
    let isListening = false;
    lines.on('line', (line) => {
      const listening = /^Listening on (\S+)$/.exec(line)?.[1];
      isListening ||= listening !== undefined;
      // What anvil prints before is a list of private keys, which must not reach a log.
      if (isListening) process.stdout.write(`${line}\n`);
      if (listening !== undefined) resolve(listening);
    });
  });
  return {
    ready: { rpcUrl: `http://${address}` } satisfies AnvilReady,
    async stop(): Promise<void> {
      anvil.removeAllListeners('exit');
      const ended = once(anvil, 'exit');
      if (anvil.kill('SIGKILL')) await ended;
    },
  };
});
