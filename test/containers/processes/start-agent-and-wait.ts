import { FleetProcess } from '../../../containers/processes/fleet-process.ts';

// Starts an agent, says which process it is, and waits to be killed: run by the test, as a parent that dies.
const [workingDirectory = ''] = process.argv.slice(2);
const agent = FleetProcess.start({
  name: 'agent-1',
  commandLine: ['start', '--prover-agent'],
  environment: { PATH: process.env['PATH'] ?? '', PROVER_REAL_PROOFS: 'false', DATA_DIRECTORY: workingDirectory },
  workingDirectory,
  logDirectory: workingDirectory,
});
process.stdout.write(`${agent.pid}\n`);
setInterval(() => undefined, 1000);
