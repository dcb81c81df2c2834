import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { ARTIFACT_NAMES, artifactUrl, canaryVersion, DIGESTS_URL } from '../../../shared/canary/circuit-artifact.ts';
import { compileCircuits } from '../../../shared/canary/circuits/compile-circuits.ts';
import { developmentKeys } from '../../../shared/canary/development-keys.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';

describe('the compiled circuits', () => {
  it('are the output of compiling the sources, and match the digests beside them', async () => {
    const compiled = await compileCircuits();
    const digests = JSON.parse(await readFile(DIGESTS_URL, 'utf8')) as Record<string, string>;
    expect(Object.keys(digests)).toEqual([...ARTIFACT_NAMES]);
    for (const [name, text] of compiled) {
      const checkedIn = await readFile(artifactUrl(name));
      expect(sha256Of(checkedIn), `${name}: run npm run canary:circuits`).toBe(sha256Of(Buffer.from(text, 'utf8')));
      expect(digests[name]).toBe(sha256Of(checkedIn));
    }
  });

  it('have a version that shows their reference string', () => {
    expect(canaryVersion('development')).toBe(`${canaryVersion('ceremony')}-development`);
    expect(canaryVersion('ceremony')).toMatch(/^canary-[0-9a-f]{8}$/);
  });

  it.for([1, 2, 3, 4] as const)('have their keys under the development CRS beside them, for work %i', (work) => {
    const keys = developmentKeys(work);
    expect(keys?.leaf).toMatchObject({ circuit: 'CANARY_LEAF', work, crs: 'development' });
    expect(keys?.merge.crs).toBe('development');
    expect(keys?.root.solidityVerifier).toContain('contract HonkVerifier ');
  });
});
