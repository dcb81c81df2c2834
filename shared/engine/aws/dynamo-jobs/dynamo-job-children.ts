import type { EpochId } from '../../../proving-job/epoch-id.ts';
import { epochIdOf, parseProvingJobId, ProvingJobId } from '../../../proving-job/proving-job-id.ts';

/** `<CIRCUIT>:<digest in base64url>`, for a child of the job's own epoch. */
const PACKED = /^([A-Z][A-Z0-9_]*):([\w-]{43})$/;

/** A child as an item holds it: half as long as its id, so that the item of a job with four of them is still one write unit. */
export function packChild(child: ProvingJobId, epochId: EpochId): string {
  if (epochIdOf(child) !== epochId) return child;
  const { circuit, inputsSha256 } = parseProvingJobId(child);
  return `${circuit}:${Buffer.from(inputsSha256, 'hex').toString('base64url')}`;
}

/** The child's id, also where an earlier version stored it whole. @throws {z.ZodError} */
export function unpackChild(child: string, epochId: EpochId): ProvingJobId {
  const [, circuit, digest] = PACKED.exec(child) ?? [];
  if (circuit === undefined || digest === undefined) return ProvingJobId.parse(child);
  return ProvingJobId.parse(`${epochId}:${circuit}:${Buffer.from(digest, 'base64url').toString('hex')}`);
}
