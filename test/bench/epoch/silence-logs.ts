// Imported before all else: Aztec's loggers read this when they are loaded, here and in the processes that the bench
// starts. Both sides log lines for each job, which are not part of the comparison.
process.env['LOG_LEVEL'] = 'silent';
