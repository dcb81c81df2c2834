// One invocation of `submit-root` in a new container, as on Lambda: the process is killed when its time is over.
import { handler } from '../../../functions/submit-root/handler.ts';

const TIMEOUT_MS = 300_000;

const endsAtMs = Date.now() + TIMEOUT_MS;
setTimeout(() => process.kill(process.pid, 'SIGKILL'), TIMEOUT_MS);
const answer = await handler(
  {},
  { awsRequestId: `container-${process.pid}`, getRemainingTimeInMillis: () => endsAtMs - Date.now() },
);
process.stdout.write(JSON.stringify(answer));
process.exit(0);
