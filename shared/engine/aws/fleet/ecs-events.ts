/** ECS's names in its events about tasks, for the rules that select events and for the function that reads them. */
export const TASK_CHANGE = 'ECS Task State Change';
export const SERVICE_ACTION = 'ECS Service Action';

/** The service action for a task that could not be placed. */
export const PLACEMENT_FAILURE = 'SERVICE_TASK_PLACEMENT_FAILURE';

/** The stop codes of a task that AWS takes back for Spot. */
export const TAKEN_BACK: readonly string[] = ['SpotInterruption', 'TerminationNotice'];
