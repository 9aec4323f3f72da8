/** Ask how far a job is until it has ended. */

import type { Job } from '../contract';
import type { ActionsApi } from './api';

const EVERY_MS = 500;
const MOST_MISSES = 20;

/**
 * Tell each state of a job, the last one included, and return that one. A server that does
 * not answer for a while loses nothing: the work goes on without being looked at.
 */
export async function follow(
  api: Pick<ActionsApi, 'job'>,
  job: Job,
  tell: (job: Job) => void,
  every = EVERY_MS
): Promise<Job> {
  let now = job;
  let misses = 0;
  tell(now);
  while (now.state === 'running') {
    await new Promise(resolve => setTimeout(resolve, every));
    try {
      now = await api.job(now.job_id);
      misses = 0;
    } catch (error) {
      misses += 1;
      if (misses >= MOST_MISSES || isUnknown(error)) {
        throw error;
      }
    }
    tell(now);
  }
  return now;
}

function isUnknown(error: unknown): boolean {
  return (error as { code?: string }).code === 'not-found';
}
