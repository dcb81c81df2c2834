import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { TaskProtection } from '../../../containers/agent/task-protection.ts';
import { letFinish, TestFleet, until, untilProverAt } from '../../fixtures/test-fleet.ts';

interface Call {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body: unknown;
}

/** The endpoint of ECS's agent, with scripted responses. */
class EcsAgent {
  readonly calls: Call[] = [];
  readonly #server: Server;
  /** The responses to the next calls, in order; later calls succeed. */
  readonly responses: { readonly status: number; readonly body: string; readonly afterMs?: number }[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as { readonly ProtectionEnabled: boolean };
        this.calls.push({ method: request.method, path: request.url, body });
        const { status, body: text } = this.responses.shift() ?? {
          status: 200,
          body: JSON.stringify({ protection: { ProtectionEnabled: body.ProtectionEnabled, TaskArn: 'arn:task' } }),
        };
        response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      });
    });
  }

  static async start(): Promise<EcsAgent> {
    const agent = new EcsAgent();
    await new Promise<void>((resolve) => agent.#server.listen(0, '127.0.0.1', resolve));
    return agent;
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/task-id`;
  }

  wanted(): readonly boolean[] {
    return this.calls.map(({ body }) => (body as { readonly ProtectionEnabled: boolean }).ProtectionEnabled);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const BLOCKED = {
  status: 200,
  body: '{"failure":{"Arn":"arn:task","Reason":"DEPLOYMENT_BLOCKED","Detail":"protected tasks"}}',
};

describe('an agent on ECS', () => {
  let ecs: EcsAgent;
  let warnings: Record<string, unknown>[];
  let protection: TaskProtection | undefined;

  beforeEach(async () => {
    ecs = await EcsAgent.start();
    warnings = [];
  });
  afterEach(async () => {
    protection?.stop();
    vi.useRealTimers();
    await ecs.close();
  });

  function open(ecsAgentUri: string | undefined): TaskProtection {
    const write = (line: string): void => void warnings.push(JSON.parse(line) as Record<string, unknown>);
    protection = new TaskProtection({ ecsAgentUri, retryMs: 5 }, pino({ level: 'warn' }, { write }));
    return protection;
  }
  const untilWanted = async (...wanted: boolean[]): Promise<void> => {
    await until(
      () => ecs.wanted(),
      (seen) => JSON.stringify(seen) === JSON.stringify(wanted),
    );
  };

  /** Lets a third of the protection's hour pass, as soon as ECS has confirmed it, until it is asked to renew it. */
  const untilRenewed = async (): Promise<void> => {
    const confirmed = ecs.calls.length;
    await until(
      () => {
        if (ecs.calls.length === confirmed) vi.advanceTimersByTime(20 * 60_000);
        return ecs.calls.length;
      },
      (calls) => calls > confirmed,
    );
  };

  it('is protected while it proves, for an hour at most, and then not any more', async () => {
    const opened = open(ecs.uri);
    opened.on();
    await untilWanted(true);
    opened.off();
    await untilWanted(true, false);
    expect(ecs.calls).toEqual([
      {
        method: 'PUT',
        path: '/api/task-id/task-protection/v1/state',
        body: { ProtectionEnabled: true, ExpiresInMinutes: 60 },
      },
      { method: 'PUT', path: '/api/task-id/task-protection/v1/state', body: { ProtectionEnabled: false } },
    ]);
  });

  it('sends no update twice, however many jobs follow one another', async () => {
    const opened = open(ecs.uri);
    for (let job = 0; job < 5; job++) opened.on();
    await untilWanted(true);
    opened.on();
    opened.off();
    await untilWanted(true, false);
  });

  it('sends no update outside ECS', () => {
    const opened = open(undefined);
    opened.on();
    opened.off();
    expect(ecs.calls).toEqual([]);
  });

  it.each([
    ['refuses', { status: 403, body: '{"error":{"Code":"AccessDeniedException"}}' }],
    ['returns a failure', { status: 200, body: '{"failure":{"Reason":"TASK_NOT_VALID"}}' }],
    ['returns something else', { status: 200, body: '<html>' }],
    ['confirms the opposite', { status: 200, body: '{"protection":{"ProtectionEnabled":false}}' }],
  ])('tries again while ECS %s, and warns once', async (_, response) => {
    ecs.responses.push(response, response, response);
    open(ecs.uri).on();
    await untilWanted(true, true, true, true);
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).toContain('ecs:UpdateTaskProtection');
  });

  it('sends the latest state that was wanted during a call', async () => {
    ecs.responses.push({ status: 500, body: 'later' });
    const opened = open(ecs.uri);
    opened.on();
    opened.off();
    opened.on();
    await untilWanted(true, true);
  });

  it('ends its protection between two jobs when a deployment waits for it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const opened = open(ecs.uri);
    opened.on();
    await untilWanted(true);
    expect(opened.blocksDeployment).toBe(false);
    ecs.responses.push(BLOCKED);
    await untilRenewed();
    await until(
      () => opened.blocksDeployment,
      (blocks) => blocks,
    );
    await opened.yieldToDeployment(AbortSignal.abort());
    await until(
      () => ecs.wanted().at(-1),
      (last) => last === false,
    );
    expect(opened.blocksDeployment).toBe(false);
  });

  it('does not end its work for a deployment that waits for others', async () => {
    ecs.responses.push(BLOCKED, BLOCKED);
    const opened = open(ecs.uri);
    opened.on();
    await untilWanted(true, true, true);
    expect(opened.blocksDeployment).toBe(false);
  });

  it('ends a protection that ECS did not renew', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const opened = open(ecs.uri);
    opened.on();
    await untilWanted(true);
    ecs.responses.push(...Array.from({ length: 50 }, () => ({ status: 500, body: 'later' })));
    await untilRenewed();
    opened.off();
    await until(
      () => ecs.wanted().at(-1),
      (last) => last === false,
    );
  });

  it('is protected while it has jobs, and not when it has none', async () => {
    const fleet = await TestFleet.open();
    try {
      const first = await fleet.addJob({ act: 'sleep', ms: 50 });
      const second = await fleet.addJob({ act: 'sleep', ms: 50 });
      fleet.startAgent({ ecsAgentUri: ecs.uri });
      await fleet.untilState(first, 'proven');
      await fleet.untilState(second, 'proven');
      await untilWanted(true, false);
    } finally {
      await fleet.close();
    }
  });

  it('gives a deployment that waits for it the time to stop it, before it takes another job', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const fleet = await TestFleet.open();
    try {
      const marker = fleet.marker('first');
      const first = await fleet.addJob({ act: 'wait', marker });
      fleet.startAgent({ ecsAgentUri: ecs.uri });
      await untilProverAt(marker);
      const second = await fleet.addJob({ act: 'sleep', ms: 10 });
      await untilWanted(true);
      ecs.responses.push(BLOCKED);
      await untilRenewed();
      await letFinish(marker);
      await fleet.untilState(first, 'proven');
      await untilWanted(true, true, false);
      expect((await fleet.engine.jobs.find(second))?.state).toBe('queued');
    } finally {
      await fleet.close();
    }
  });

  it('proves even if the endpoint of ECS is unreachable', async () => {
    const fleet = await TestFleet.open();
    try {
      const id = await fleet.addJob({ act: 'sleep', ms: 10 });
      fleet.startAgent({ ecsAgentUri: 'http://127.0.0.1:9/api' });
      await fleet.untilState(id, 'proven');
    } finally {
      await fleet.close();
    }
  });
});
