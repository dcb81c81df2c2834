/** How a process ended, as far as it is known. */
export interface ProcessEnd {
  readonly exitCode?: number | null;
  readonly signal?: string | null;
  /** Its error, or the last it wrote. */
  readonly output: string;
}

/** What allocators of C++, Rust, V8 and the system say, and Node when it cannot start a process. */
const ALLOCATOR_WORDS = /bad_alloc|out of memory|cannot allocate|memory allocation of \d+ bytes failed|ENOMEM/i;

/** The exit code of a wrapper, such as a shell, whose process was ended by SIGKILL. */
const KILLED_BEHIND_WRAPPER = 137;

/**
 * Whether a process that the agent did not stop ended because memory ran out. The system kills; an allocator that fails
 * aborts (SIGABRT, behind a wrapper exit code 134) or exits, and as an abort may mean anything, only its words count.
 */
export function isOutOfMemory({ exitCode, signal, output }: ProcessEnd): boolean {
  return signal === 'SIGKILL' || exitCode === KILLED_BEHIND_WRAPPER || ALLOCATOR_WORDS.test(output);
}
