import { afterEach, describe, expect, it } from 'vitest';

import { type NodeView, OfficialNode } from '../../../../containers/broker/node-watch/official-node.ts';
import { Secret } from '../../../../shared/config/secret.ts';
import { aProver, PACKAGE_VERSION, ROLLUP_ADDRESS, serveProver, serveStandby } from './aztec-admin-api.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function opened<Served extends { readonly url: string; close(): Promise<void> }>(
  serving: Promise<Served>,
): Promise<string> {
  const served = await serving;
  closing.push(() => served.close());
  return served.url;
}

function view(url: string, adminUrl = url, key?: string): Promise<NodeView> {
  const adminKey = key === undefined ? undefined : new Secret(key);
  return new OfficialNode({ url, adminUrl, adminKey }).view(new AbortController().signal);
}

const JOBS = [
  { epoch: 8, status: 'processing' },
  { epoch: 7, status: 'publishing-proof' },
] as const;

describe("an official node's own API of 4.1.2", () => {
  it('lists its sessions, and says its version and rollup', async () => {
    const url = await opened(serveProver(aProver(JOBS)));
    expect(await view(url)).toEqual({
      versions: { packageVersion: PACKAGE_VERSION, l1RollupAddress: ROLLUP_ADDRESS },
      sessions: [
        { epoch: 7, state: 'publishing-proof' },
        { epoch: 8, state: 'processing' },
      ],
      problem: undefined,
    });
  });

  it('takes the key of an admin API, and says what to do about a wrong one', async () => {
    const url = await opened(serveProver(aProver([])));
    const adminUrl = await opened(serveProver(aProver(JOBS), { apiKey: 'open sesame' }));
    expect((await view(url, adminUrl, 'open sesame')).sessions).toHaveLength(2);
    for (const key of [undefined, 'wrong']) {
      const { sessions, problem } = await view(url, adminUrl, key);
      expect(sessions).toBeUndefined();
      expect(problem).toMatch(/refuses the key: set --node-admin-api-key \(COPPICE_NODE_ADMIN_API_KEY\)/);
      expect(problem).not.toContain('wrong');
    }
  });
});

it('has the node store a snapshot at its admin port, and lists its sessions from where the version has them', async () => {
  const asked: string[] = [];
  const url = await opened(serveProver(aProver(JOBS)));
  const adminUrl = await opened(
    serveProver(undefined, { apiKey: 'key', onSnapshot: (location) => asked.push(location) }),
  );
  const node = new OfficialNode({ url, adminUrl, adminKey: new Secret('key') });
  const { signal } = new AbortController();
  expect(await node.view(signal)).toMatchObject({ problem: undefined, sessions: [{ epoch: 7 }, { epoch: 8 }] });
  expect(await node.isBusy(signal)).toBe(true);
  await node.startSnapshot('s3://bucket/snapshots', signal);
  expect(asked).toEqual(['s3://bucket/snapshots']);
  const refusing = await opened(
    serveProver(undefined, {
      onSnapshot: () => {
        throw new Error('Archiver initial sync not complete');
      },
    }),
  );
  await expect(
    new OfficialNode({ url, adminUrl: refusing, adminKey: undefined }).startSnapshot('s3://bucket', signal),
  ).rejects.toThrow(/refuses nodeAdmin_startSnapshotUpload: .*initial sync not complete/);
});

describe('an official node that lists nothing', () => {
  it('is in standby when only its status responds', async () => {
    const url = await opened(serveStandby());
    const gone = await serveStandby();
    await gone.close();
    const { versions, problem } = await view(url, gone.url);
    expect(versions).toEqual({});
    expect(problem).toMatch(/serves its status, but not its admin API .*standby/);
    expect((await view(url)).problem).toMatch(/does not list its sessions \(HTTP 404\): .*--prover-node/);
  });

  it('is down when nothing responds', async () => {
    const gone = await serveStandby();
    await gone.close();
    expect(await view(gone.url)).toMatchObject({ sessions: undefined, versions: {} });
    expect((await view(gone.url)).problem).toMatch(/no node responds at http:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED/);
  });
});
