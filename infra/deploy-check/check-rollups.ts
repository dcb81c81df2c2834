import { toFunctionSelector } from 'viem';
import { z } from 'zod';

import type { Finding } from '../../shared/checks/finding.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { linesOf } from '../config/lines-of.ts';
import { callL1 } from './call-l1.ts';

/** What a contract returns in one word. */
const Word = z.string().regex(/^0x[0-9a-f]{64}$/i);

/**
 * Whether each official line that a newer one has joined names its rollup. Aztec's node follows the registry without it: one that
 * starts again after the upgrade would leave the epochs that it has begun.
 * @param url of an execution node; `undefined` while none is known
 */
export async function checkRollups(config: EnvironmentConfig, url: string | undefined): Promise<readonly Finding[]> {
  const lines = linesOf(config);
  const newest = lines.map(({ version }) => version).reduce((a, b) => (compareVersions(a, b) < 0 ? b : a));
  const older = lines.filter((line) => line.kind === 'official').filter(({ version }) => version !== newest);
  const unnamed = older.filter(({ rollupVersion }) => rollupVersion === undefined);
  const named = older.filter((line) => !unnamed.includes(line));
  const isAsked = unnamed.length > 0 && url !== undefined;
  const canonical = isAsked ? await canonicalVersion(url, config).catch(() => undefined) : undefined;
  return [
    ...named.map(({ name, rollupVersion }): Finding => {
      return { subject: subjectOf(name), state: 'ready', detail: `stays with the rollup ${String(rollupVersion)}` };
    }),
    ...unnamed.map(({ name }): Finding => {
      const detail = `${newest} is newer: once the network runs it, a node of this line would follow it at its next start`;
      const number = canonical === undefined ? "the version of the line's rollup in the registry" : String(canonical);
      const remedy =
        `rollupVersion: ${number} of the line in coppice.config.ts` +
        (canonical === undefined ? '' : ', the canonical one now, and the right one until the network is upgraded');
      return { subject: subjectOf(name), state: 'missing', detail, remedy };
    }),
  ];
}

function subjectOf(line: string): string {
  return `rollup of line ${line}`;
}

async function canonicalVersion(url: string, { l1 }: EnvironmentConfig): Promise<bigint> {
  const read = async (to: string, signature: string): Promise<string> =>
    Word.parse(await callL1(url, 'eth_call', [{ to, data: toFunctionSelector(signature) }, 'latest']));
  const rollup = await read(l1.registryAddress, 'function getCanonicalRollup()');
  return BigInt(await read(`0x${rollup.slice(-40)}`, 'function getVersion()'));
}

/** Negative when `a` is the older version. */
function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
