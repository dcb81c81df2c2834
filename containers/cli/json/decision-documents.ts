import { FleetDecisionRecord, SubmissionDecisionRecord } from '../../../shared/ledger/decision-log.ts';
import { printed } from './printed.ts';

export const FleetDecisionDocument = printed(FleetDecisionRecord);
export const SubmissionDecisionDocument = printed(SubmissionDecisionRecord);
