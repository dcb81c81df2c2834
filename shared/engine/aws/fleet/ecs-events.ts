/** What ECS tells of tasks, in its own words: for the rules that pick its events and for the function that reads them. */
export const TASK_CHANGE = 'ECS Task State Change';
export const SERVICE_ACTION = 'ECS Service Action';

/** The service action of a task that found no room. */
export const PLACEMENT_FAILURE = 'SERVICE_TASK_PLACEMENT_FAILURE';

/** The codes with which ECS stops a task that it takes back: the price of Spot. */
export const TAKEN_BACK: readonly string[] = ['SpotInterruption', 'TerminationNotice'];
