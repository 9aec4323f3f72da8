/** Run an exported pipeline again and tell whether it still finds the same. */

import * as React from 'react';

import { useTools } from '../components/context';
import { Problem } from '../components/parts';
import type { Job } from '../contract';
import type { ActionsApi } from './api';
import { JobReport } from './JobReport';
import { CloseButton, Modal, StopButton } from './modal';
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
          <StopButton onClick={work.stop} />
        ) : (
          <CloseButton label={trans.__('Close')} onClick={props.onClose} />
        )
      }
    >
      <p className="nbt-muted">
        {trans.__('The script runs in a fresh process, in a scratch copy; nothing of yours changes.')}
      </p>
      {work.job ? <JobReport job={work.job} /> : null}
      <Problem text={work.error?.message} />
    </Modal>
  );
}
