/** What can be done with the run that is looked at. */

import * as React from 'react';

import { loadCell } from '../actions/cells';
import type { RunDetail } from '../contract';
import { usePage, useTools } from './context';

export function RunActions(props: { run: RunDetail }): React.ReactElement | null {
  const { trans, actions } = useTools();
  const { run } = props;
  const { notebook } = usePage();
  const named = { id: run.run_id, name: run.name, notebook };
  if (actions === undefined) {
    return null;
  }
  if (run.lifecycle === 'deleted') {
    return (
      <div className="nbt-failure" role="status">
        <span>{trans.__('This run is in the trash.')}</span>
        <button type="button" className="nbt-button" onClick={() => actions.restore([named])}>
          {trans.__('Restore')}
        </button>
      </div>
    );
  }
  const running = run.status === 'RUNNING';
  const finished = run.status === 'FINISHED';
  const loadable = loadCell(run) !== null;
  return (
    <div className="nbt-actions" role="toolbar" aria-label={trans.__('Actions')}>
      <button
        type="button"
        className="nbt-button"
        disabled={!finished || run.models.length === 0}
        title={
          finished && run.models.length > 0
            ? trans.__('Make its model a version of a registered model')
            : trans.__('Only a finished run with a model can be promoted')
        }
        onClick={() => actions.promote(named)}
      >
        {trans.__('Promote…')}
      </button>
      <button
        type="button"
        className="nbt-button"
        disabled={!finished}
        title={trans.__('Make a script of it that is proven to find the same')}
        onClick={() => actions.export(named)}
      >
        {trans.__('Export…')}
      </button>
      <button
        type="button"
        className="nbt-button"
        disabled={!finished}
        title={trans.__('Run its exported pipeline with other values or data')}
        onClick={() => actions.retrainRun(run, notebook)}
      >
        {trans.__('Retrain…')}
      </button>
      <IconButton
        label={
          loadable
            ? trans.__('Insert a cell that loads its model')
            : trans.__('No file of a model was kept: rebuild it by its pipeline')
        }
        disabled={!loadable}
        onClick={() => actions.insertLoad(run)}
      >
        <path d="M8 2.2l5 2.7v6.2l-5 2.7-5-2.7V4.9zM3 4.9l5 2.7 5-2.7M8 7.6v6.2" />
      </IconButton>
      <IconButton
        label={trans.__('Insert a cell that writes its code into a new folder')}
        onClick={() => actions.insertRestore(run)}
      >
        <path d="M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5" />
      </IconButton>
      <IconButton
        label={trans.__('Delete (it can be undone)')}
        disabled={running}
        onClick={() => actions.remove([named])}
      >
        <path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4" />
      </IconButton>
    </div>
  );
}

function IconButton(props: {
  label: string;
  disabled?: boolean;
  onClick(): void;
  children: React.ReactNode;
}): React.ReactElement {
  return (
    <button
      type="button"
      className="nbt-icon-button"
      disabled={props.disabled}
      title={props.label}
      aria-label={props.label}
      onClick={props.onClick}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {props.children}
      </svg>
    </button>
  );
}
