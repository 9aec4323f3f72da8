/** A job that a dialog starts and follows; it goes on when the dialog is closed. */

import * as React from 'react';

import { type ApiError, asApiError } from '../api';
import type { Job } from '../contract';
import type { ActionsApi } from './api';
import { follow } from './follow';

export interface Working {
  job: Job | null;
  error: ApiError | null;
  busy: boolean;
  start(begin: () => Promise<Job>): void;
  stop(): void;
}

/** @param ended - told at the end, and whether the dialog is still open. */
export function useJob(
  api: ActionsApi,
  ended: (job: Job, open: boolean) => void
): Working {
  const [job, setJob] = React.useState<Job | null>(null);
  const [error, setError] = React.useState<ApiError | null>(null);
  const [busy, setBusy] = React.useState(false);
  const open = React.useRef(true);
  React.useEffect(() => {
    open.current = true;
    return () => {
      open.current = false;
    };
  }, []);
  const start = async (begin: () => Promise<Job>) => {
    setBusy(true);
    setError(null);
    setJob(null);
    try {
      ended(await follow(api, await begin(), setJob), open.current);
    } catch (failure) {
      setError(asApiError(failure));
    }
    setBusy(false);
  };
  const stop = () => {
    if (job !== null) {
      api.stopJob(job.job_id).then(setJob, failure => setError(asApiError(failure)));
    }
  };
  return { job, error, busy, start: begin => void start(begin), stop };
}
