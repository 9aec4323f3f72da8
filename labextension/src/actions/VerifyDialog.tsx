/** Run an exported pipeline again and tell whether it still finds the same. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { Job } from '../contract';
import type { ActionsApi } from './api';
import { JobReport } from './JobReport';
import { Modal } from './modal';
import { useJob } from './useJob';

export function VerifyDialog(props: {
  api: ActionsApi;
  notebook: string;
  folder: string;
  onClose(): void;
  onEnd(job: Job, open: boolean): void;
}): React.ReactElement {
  const { trans } = useTools();
  const { api, notebook, folder } = props;
  const work = useJob(api, props.onEnd);
  const begin = () => work.start(() => api.startVerify(notebook, folder));
  React.useEffect(begin, []);
  const running = work.job?.state === 'running';
  return (
    <Modal
      title={trans.__('Verify %1', folder)}
      onClose={props.onClose}
      buttons={
        running ? (
          <button type="button" className="nbt-button nbt-warn" onClick={work.stop}>
            {trans.__('Stop')}
          </button>
        ) : (
          <button type="button" className="nbt-button" onClick={props.onClose}>
            {trans.__('Close')}
          </button>
        )
      }
    >
      <p className="nbt-muted">
        {trans.__('The script runs in a fresh process, in a scratch copy; nothing of yours changes.')}
      </p>
      {work.job ? <JobReport job={work.job} /> : null}
      {work.error ? (
        <p className="nbt-reason" role="alert">
          {work.error.message}
        </p>
      ) : null}
    </Modal>
  );
}
