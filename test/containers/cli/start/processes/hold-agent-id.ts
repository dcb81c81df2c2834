import { takeAgentId } from '../../../../../containers/cli/start/take-agent-id.ts';

// Sends the name that it has taken, and holds it until it is killed.
process.send?.(await takeAgentId(process.argv[2]));
process.on('disconnect', () => process.exit(0));
