// One invocation of `submit-root` in a container of its own, as Lambda has it: `<time-out in ms>`. When the time is over
// the process is killed, whatever it is about; `never` for the margin makes the function believe that there is more.
import { handler } from '../../../functions/submit-root/handler.ts';

const [timeoutText = '', belief] = process.argv.slice(2);
const endsAtMs = Date.now() + Number(timeoutText);
setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(timeoutText));
const answer = await handler(
  {},
  {
    awsRequestId: `container-${process.pid}`,
    getRemainingTimeInMillis: () => (belief === 'never' ? 300_000 : endsAtMs - Date.now()),
  },
);
process.stdout.write(JSON.stringify(answer));
process.exit(0);
