/** Move an alias back to the version it named before. */

import * as React from 'react';

import { type ApiError, asApiError } from '../api';
import { useAnswer, useTools } from '../components/context';
import { Problem } from '../components/parts';
import type { RegisteredModel } from '../contract';
import type { ActionsApi } from './api';
import { ContestTable } from './ContestTable';
import { CloseButton, Modal, ReasonField } from './modal';
import { contest } from './promotion';

export function RollbackDialog(props: {
  api: ActionsApi;
  notebook: string;
  model: RegisteredModel;
  alias: string;
  onClose(): void;
  onDone(model: RegisteredModel): void;
}): React.ReactElement {
  const { trans } = useTools();
  const { api, notebook, model, alias } = props;
  const [reason, setReason] = React.useState('');
  const [busy, setBusy] = React.useState(false);
  const [failure, setFailure] = React.useState<ApiError | null>(null);
  const present = model.aliases[alias];
  const before = model.before[alias];
  const runOf = (version: number | null) =>
    model.versions.find(one => one.version === version)?.run_id ?? '';
  const runs = useAnswer(
    () => Promise.all([present, before].map(version => api.run(notebook, runOf(version)))),
    `${present} ${before}`
  );
  const rollback = async () => {
    setBusy(true);
    try {
      props.onDone(await api.rollback(notebook, model.name, { alias, reason, expected: present }));
    } catch (error) {
      setFailure(asApiError(error));
      setBusy(false);
    }
  };
  const label = `${model.name}@${alias}`;
  return (
    <Modal
      title={trans.__('Roll back %1', label)}
      onClose={props.onClose}
      buttons={
        <>
          <CloseButton onClick={props.onClose} />
          <button
            type="button"
            className="nbt-button nbt-warn"
            disabled={busy}
            onClick={() => void rollback()}
          >
            {trans.__('Roll back')}
          </button>
        </>
      }
    >
      {runs.value ? (
        <ContestTable
          rows={contest(runs.value[1], runs.value[0])}
          heads={[trans.__('Now: version %1', present), trans.__('Then: version %1', before)]}
        />
      ) : null}
      <h3>{trans.__('What will change')}</h3>
      <ul className="nbt-consequences">
        <li>{trans.__('%1 moves from version %2 back to version %3', label, present, before)}</li>
        <li>{trans.__('Whoever loads %1 gets that version from then on', `models:/${label}`)}</li>
        <li>{trans.__('No version is removed, and no gate is asked')}</li>
      </ul>
      <ReasonField
        label={trans.__('Why (kept in the history)')}
        value={reason}
        autoFocus
        onChange={setReason}
      />
      <Problem text={failure?.message} />
    </Modal>
  );
}
