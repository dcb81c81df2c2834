import type { TrafficEvent } from './traffic-messages.ts';

/** What the traffic has done, as a line for people. */
export function describeTraffic(event: TrafficEvent): string {
  switch (event.kind) {
    case 'epoch-chosen':
      return `epoch ${event.epochNumber} will hold the whole mix of traffic`;
    case 'checkpoint-mined': {
      const held = event.transactions.length === 0 ? 'no transaction' : event.transactions.join(', ');
      return `checkpoint ${event.checkpointNumber} of epoch ${event.epochNumber} is on L1 with ${held}`;
    }
    case 'epoch-mined':
      return `epoch ${event.contents.epochNumber} is complete, with the whole mix`;
    case 'epoch-missed':
      return `epoch ${event.epochNumber} is incomplete: ${event.reason}; the next epoch gets the whole mix`;
  }
}
