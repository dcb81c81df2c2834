import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AvmCircuitInputs } from '@aztec/stdlib/avm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openFamily } from '../../../../containers/agent/families/aztec-family.ts';
import { isOutOfMemory, type ProcessEnd } from '../../../../containers/agent/families/out-of-memory.ts';
import { installedNetworkVersion } from '../../../../shared/proving-job/network-version.ts';

describe('how a process ends that is out of memory', () => {
  it.for<[what: string, end: ProcessEnd, isIt: boolean]>([
    ['the system kills it', { signal: 'SIGKILL', output: '' }, true],
    ['the system kills it behind a shell', { exitCode: 137, output: '' }, true],
    ['C++ aborts', { signal: 'SIGABRT', output: 'terminating due to std::bad_alloc: std::bad_alloc' }, true],
    ['C++ aborts behind a shell', { exitCode: 134, output: 'std::bad_alloc' }, true],
    ['C++ catches it', { exitCode: 1, output: 'std::bad_alloc' }, true],
    ['Rust aborts', { signal: 'SIGABRT', output: 'memory allocation of 68719476736 bytes failed' }, true],
    ['the system refuses', { exitCode: 1, output: 'mmap: Cannot allocate memory' }, true],
    ['a library says so', { exitCode: 1, output: 'Out of memory' }, true],
    ['it cannot be started', { output: 'spawn ENOMEM' }, true],
    ['an assertion aborts', { signal: 'SIGABRT', output: 'Assertion failed: (size > 0)' }, false],
    ['an assertion aborts behind a shell', { exitCode: 134, output: '' }, false],
    ['it fails', { exitCode: 1, signal: null, output: 'the witness does not satisfy the circuit' }, false],
    ['it is told to end', { signal: 'SIGTERM', output: '' }, false],
  ])('%s', ([, end, isIt]) => {
    expect(isOutOfMemory(end)).toBe(isIt);
  });
});

describe("how Aztec's bb ends", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-bb-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it.for([
    ['is killed', 'kill -KILL $$', 'out-of-memory'],
    ['is killed behind a wrapper', "bash -c 'kill -KILL $$'; exit $?", 'out-of-memory'],
    ['aborts on a failed allocation', 'echo std::bad_alloc >&2; kill -ABRT $$', 'out-of-memory'],
    ['aborts on a failed allocation behind a wrapper', 'echo std::bad_alloc >&2; exit 134', 'out-of-memory'],
    ['aborts', 'kill -ABRT $$', 'failure'],
    ['fails', 'exit 1', 'failure'],
  ] as const)('%s', async ([, script, attemptCause]) => {
    const bbBinaryPath = join(directory, 'bb');
    await writeFile(bbBinaryPath, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    const family = await openFamily({
      networkVersion: installedNetworkVersion(),
      realProofs: true,
      bbBinaryPath,
      bbWorkingDirectory: directory,
      acvmBinaryPath: '/bin/true',
      acvmWorkingDirectory: directory,
    });

    const proving = family.prove('PUBLIC_VM', AvmCircuitInputs.empty().toBuffer());

    await expect(proving).rejects.toMatchObject({ attemptCause });
  });
});
