/** Export a run: where to, what will be written, then its verification as it goes. */

import * as React from 'react';

import { useAnswer, useTools } from '../components/context';
import { Problem } from '../components/parts';
import type { ExportPlan, Job } from '../contract';
import type { ActionsApi } from './api';
import { GonePython } from './GonePython';
import { JobReport } from './JobReport';
import { CloseButton, Modal, StopButton, useRested } from './modal';
import { Preview } from './Preview';
import { useJob } from './useJob';

export function ExportDialog(props: {
  api: ActionsApi;
  notebook: string;
  runId: string;
  runName: string;
  onClose(): void;
  /** Told at the end, and whether the dialog is still open. */
  onEnd(job: Job, open: boolean): void;
}): React.ReactElement {
  const { trans } = useTools();
  const { api, notebook, runId, runName } = props;
  const [folder, setFolder] = React.useState(() => defaultFolder(runName));
  const [overwrite, setOverwrite] = React.useState(false);
  const rested = useRested(folder);
  const asked = useAnswer(() => api.exportPlan(notebook, runId, rested), rested);
  const work = useJob(api, props.onEnd);
  const plan = asked.value?.folder === folder ? asked.value : null;
  const running = work.job?.state === 'running';
  const asking = !work.busy && (work.job === null || work.job.state !== 'done');
  const possible = plan !== null && plan.available && !plan.problem && !work.busy;
  return (
    <Modal
      title={trans.__('Export %1 as a pipeline', runName)}
      onClose={props.onClose}
      buttons={
        <>
          {running ? (
            <>
              <CloseButton label={trans.__('Go on in the background')} onClick={props.onClose} />
              <StopButton onClick={work.stop} />
            </>
          ) : (
            <>
              <CloseButton onClick={props.onClose} />
              <button
                type="button"
                className="nbt-button nbt-primary"
                disabled={!possible}
                onClick={() =>
                  work.start(() => api.startExport(notebook, runId, folder, overwrite))
                }
              >
                {trans.__('Export and verify')}
              </button>
            </>
          )}
        </>
      }
    >
      {!asking ? null : (
        <>
          <label className="nbt-field">
            {trans.__('Folder, inside of the project')}
            <input
              className="nbt-input"
              value={folder}
              autoFocus
              aria-invalid={Boolean(plan?.problem)}
              onChange={event => setFolder(event.target.value)}
            />
          </label>
          <Problem text={plan?.problem} />
          {plan?.exists && !plan.problem ? (
            <label className="nbt-check">
              <input
                type="checkbox"
                checked={overwrite}
                onChange={event => setOverwrite(event.target.checked)}
              />
              {trans.__('Replace the export that is there even if its files were edited')}
            </label>
          ) : null}
          {plan ? <Written plan={plan} /> : null}
          <Preview api={api} notebook={notebook} runId={runId} />
        </>
      )}
      {work.job ? <JobReport job={work.job} /> : null}
      <Problem text={(asked.error ?? work.error)?.message} />
    </Modal>
  );
}

function Written(props: { plan: ExportPlan }): React.ReactElement {
  const { trans } = useTools();
  const { plan } = props;
  if (!plan.available) {
    return <GonePython plan={plan} />;
  }
  return (
    <>
      <h3>{trans.__('What will happen')}</h3>
      <ul className="nbt-consequences">
        <li>
          {trans.__('The smallest script that finds the same is looked for and run, by')}{' '}
          <code>{plan.interpreter}</code>
        </li>
        <li>{trans.__('It runs in a scratch copy: your data and files are only read')}</li>
        <li>
          {plan.exists
            ? trans.__('These files are replaced in %1:', plan.folder)
            : trans.__('%1 is made, with', plan.folder)}{' '}
          {plan.files.map((file, index) => (
            <React.Fragment key={file}>
              {index > 0 ? ', ' : ''}
              <code>{file}</code>
            </React.Fragment>
          ))}
        </li>
        <li>{trans.__('pipeline.py opens once it is proven')}</li>
      </ul>
    </>
  );
}

/** A folder that the name of a run makes by itself. */
export function defaultFolder(name: string): string {
  return `pipelines/${name.replace(/[^\p{L}\p{N}_.-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || 'run'}`;
}
