import { describe, expect, it } from 'vitest';

import { agentOptionsOf } from '../../../containers/cli/agent-options-of.ts';
import { resolveAgentOptions } from '../../../containers/agent/agent-options.ts';
import { parseAgentSettings } from '../../../shared/config/agent-settings.ts';
import type { Environment } from '../../../shared/config/parse-settings.ts';

const optionsFrom = (environment: Environment) =>
  resolveAgentOptions(agentOptionsOf(parseAgentSettings(environment), '4.1.2'));

describe('what an agent is started with', () => {
  it('beats three times in a lease of its engine', () => {
    expect(optionsFrom({})).toMatchObject({ leaseSeconds: 30, heartbeatSeconds: 10 });
    expect(optionsFrom({ COPPICE_ENGINE: 'aws' })).toMatchObject({ leaseSeconds: 120, heartbeatSeconds: 40 });
  });

  it('asks SQS for no longer than it has to end, because no poll is cut off there', () => {
    const aws = { COPPICE_ENGINE: 'aws' };
    expect(optionsFrom(aws).claimSeconds).toBe(20);
    expect(optionsFrom({ ...aws, COPPICE_DRAIN_SECONDS: '10' }).claimSeconds).toBe(8);
    expect(optionsFrom({ ...aws, COPPICE_DRAIN_SECONDS: '1' }).claimSeconds).toBe(1);
    expect(optionsFrom({ ...aws, COPPICE_AGENT_CLAIM_SECONDS: '5' }).claimSeconds).toBe(5);
    expect(optionsFrom({ COPPICE_DRAIN_SECONDS: '10' }).claimSeconds).toBe(20);
  });
});
