/** Train an exported pipeline again: with which values, what will happen, then what came of it. */

import * as React from 'react';

import { VerdictBadge } from '../components/badges';
import { useAnswer, useTools } from '../components/context';
import { Problem, Snippet } from '../components/parts';
import type { Job, RetrainPlan } from '../contract';
import type { ActionsApi } from './api';
import { GonePython } from './GonePython';
import { CloseButton, Modal, StopButton, useRested } from './modal';
import { RetrainForm } from './RetrainForm';
import { RetrainReport } from './RetrainReport';
import { changedValues, isPossible, runOf, type Typed } from './retraining';
import { useJob } from './useJob';

export function RetrainDialog(props: {
  api: ActionsApi;
  notebook: string;
  folder: string;
  onClose(): void;
  /** Told at the end, and whether the dialog is still open. */
  onEnd(job: Job, open: boolean): void;
  onOpen(runId: string): void;
  onCompare?(runIds: string[]): void;
}): React.ReactElement {
  const { trans } = useTools();
  const { api, notebook, folder } = props;
  const [typed, setTyped] = React.useState<Typed>({});
  const [again, setAgain] = React.useState(true);
  const rested = useRested(typed);
  const key = JSON.stringify(rested);
  const asked = useAnswer(
    async () => ({ key, plan: await api.retrainPlan(notebook, folder, rested) }),
    key
  );
  const work = useJob(api, props.onEnd);
  const { job } = work;
  const plan = asked.value?.plan ?? null;
  const checked = asked.value?.key === JSON.stringify(typed) && asked.error === null;
  const ended = job !== null && job.state !== 'running';
  const asking = !work.busy && (again || !ended);
  const start = () => {
    setAgain(false);
    work.start(() => api.startRetrain(notebook, folder, changedValues(plan, typed)));
  };
  const show = (act: () => void) => () => {
    props.onClose();
    act();
  };
  const run = job ? runOf(job) : '';
  return (
    <Modal
      title={trans.__('Retrain %1', folder)}
      onClose={props.onClose}
      buttons={
        work.busy ? (
          <>
            <CloseButton label={trans.__('Go on in the background')} onClick={props.onClose} />
            <StopButton onClick={work.stop} />
          </>
        ) : asking ? (
          <>
            <CloseButton onClick={props.onClose} />
            <button
              type="button"
              className="nbt-button nbt-primary"
              disabled={plan === null || !checked || !isPossible(plan)}
              onClick={start}
            >
              {trans.__('Retrain')}
            </button>
          </>
        ) : (
          <>
            <CloseButton label={trans.__('Close')} onClick={props.onClose} />
            <button type="button" className="nbt-button" onClick={() => setAgain(true)}>
              {trans.__('Other values…')}
            </button>
            {props.onCompare && job?.retrained ? (
              <button
                type="button"
                className="nbt-button"
                onClick={show(() => props.onCompare?.([job.retrained?.source_id ?? '', run]))}
              >
                {trans.__('Compare the two runs')}
              </button>
            ) : null}
            <button
              type="button"
              className="nbt-button nbt-primary"
              disabled={run === ''}
              onClick={show(() => props.onOpen(run))}
            >
              {job?.retrained ? trans.__('Open the new run') : trans.__('Open its run')}
            </button>
          </>
        )
      }
    >
      {asking && plan ? (
        <>
          <Origin plan={plan} />
          <RetrainForm
            plan={plan}
            typed={typed}
            onType={(name, text) => setTyped({ ...typed, [name]: text })}
          />
          <Problem text={plan.available ? plan.problem : ''} />
          <Consequences plan={plan} />
        </>
      ) : null}
      {asking && plan === null && asked.error === null ? (
        <p className="nbt-muted">{trans.__('Reading the export …')}</p>
      ) : null}
      {job && !asking ? (
        <RetrainReport job={job} onWatch={run ? show(() => props.onOpen(run)) : undefined} />
      ) : null}
      <Problem text={(asked.error ?? work.error)?.message} />
    </Modal>
  );
}

/** What the pipeline is, and whether its script is still the one that was proven. */
function Origin(props: { plan: RetrainPlan }): React.ReactElement {
  const { trans } = useTools();
  const { plan } = props;
  return (
    <>
      <p className="nbt-origin">
        {trans.__('Exported from run %1', plan.run_name)} <VerdictBadge outcome={plan.outcome} />
      </p>
      {plan.edited.length > 0 ? (
        <p className="nbt-aside" role="status">
          {trans.__(
            '%1 was edited since the export. What runs is the file as it is now; the verdict is about the file as it was.',
            plan.edited.join(', ')
          )}
        </p>
      ) : null}
    </>
  );
}

function Consequences(props: { plan: RetrainPlan }): React.ReactElement {
  const { trans } = useTools();
  const { plan } = props;
  if (!plan.available) {
    return <GonePython plan={plan} />;
  }
  const where = plan.cwd === '.' ? trans.__('the project’s folder') : plan.cwd;
  return (
    <>
      <h3>{trans.__('What will happen')}</h3>
      <ul className="nbt-consequences">
        <li>
          {trans.__('A new run is recorded, with its data and model; nothing is overwritten')}
        </li>
        <li>
          {trans.__('The script runs in %1, by', where)} <code>{plan.interpreter}</code>
        </li>
        <li>
          {trans.__('It runs as if you typed it: with your files and network, until it ends')}
        </li>
      </ul>
      <Snippet code={plan.script} label={trans.__('Copy the command')} />
    </>
  );
}
