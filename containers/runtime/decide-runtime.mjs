/** The first Node that runs erasable TypeScript without a flag or a warning. */
export const MINIMUM_NODE_VERSION = '24.12.0';

/** The glibc that the native parts of `@aztec/bb.js` 4.1.2 were linked against (`objdump -T`: GLIBC_2.38). A
 *  distribution with this glibc also has their libstdc++ (GLIBCXX_3.4.32, GCC 13). */
export const MINIMUM_GLIBC_VERSION = '2.38';

/**
 * What the choice of a runtime depends on.
 * @typedef {object} Surroundings
 * @property {NodeJS.Platform} platform
 * @property {string} nodePath the Node that runs now
 * @property {string} nodeVersion its version
 * @property {string | undefined} bundledNodePath the Node that was installed as a package, if there is one
 * @property {string} patchedNodePath where the Node with a newer glibc is, or would be
 * @property {string | undefined} glibcVersion the system's glibc; undefined on a system without glibc
 */

/**
 * The Node to run, and whether its native parts use the system's glibc or need another one.
 * @typedef {{ kind: 'system-glibc' | 'own-glibc', nodePath: string }} Runtime
 */

/**
 * Chooses the Node that runs the project's scripts.
 * @param {Surroundings} surroundings
 * @returns {Runtime} with `own-glibc`, `nodePath` is the Node that still has to be patched
 * @throws {Error} when no Node is new enough, or there is no glibc
 */
export function decideRuntime(surroundings) {
  const { platform, nodePath, nodeVersion, bundledNodePath, patchedNodePath, glibcVersion } = surroundings;
  // A patched Node reports its own glibc, not the system's.
  if (nodePath === patchedNodePath) return { kind: 'own-glibc', nodePath: bundledNodePath ?? nodePath };

  if (platform === 'linux' && glibcVersion === undefined) {
    throw new Error(
      `Aztec's native parts need glibc ${MINIMUM_GLIBC_VERSION}, and this Linux has no glibc (Alpine?): ` +
        'use Debian 13, Ubuntu 24.04 or newer',
    );
  }
  const isNewEnough = compareVersions(nodeVersion, MINIMUM_NODE_VERSION) >= 0;
  const chosen = isNewEnough ? nodePath : bundledNodePath;
  if (chosen === undefined) {
    throw new Error(
      `Node ${MINIMUM_NODE_VERSION} or newer is needed, this is ${nodeVersion}, and the one packaged for npm ` +
        'is not installed: run npm ci (without --omit=optional), or install a newer Node',
    );
  }
  if (glibcVersion === undefined || compareVersions(glibcVersion, MINIMUM_GLIBC_VERSION) >= 0) {
    return { kind: 'system-glibc', nodePath: chosen };
  }
  // The bundled Node is pinned and links no library beyond the C and C++ runtime; a distribution's own may.
  return { kind: 'own-glibc', nodePath: bundledNodePath ?? chosen };
}

/**
 * Compares dotted versions number by number; a missing number is 0.
 * @param {string} left such as `2.36` or `v24.12.0`
 * @param {string} right
 * @returns {number} below 0 when `left` is older, 0 when they are the same, above 0 when `left` is newer
 */
export function compareVersions(left, right) {
  const [a, b] = [left, right].map((version) => version.replace(/^v/, '').split('.').map(Number.parseFloat));
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
