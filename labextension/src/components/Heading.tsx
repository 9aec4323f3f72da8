/** Name, state, time and notebook of a run. */

import * as React from 'react';

import type { RunDetail } from '../contract';
import { baseName, formatAge, formatDuration, formatTime } from '../format';
import { RETRAINED, STARRED } from '../model';
import { useNow, usePage, useTools } from './context';
import { Problem, StarButton, StatusIcon, statusText } from './parts';

export function Heading(props: { run: RunDetail }): React.ReactElement {
  const { run } = props;
  const page = usePage();
  const { trans } = useTools();
  const now = useNow();
  const passed = run.duration_ms ?? now - run.started_ms;
  const starred = STARRED in run.tags;
  const star = () => void page.edit({ tags: { [STARRED]: starred ? null : 'yes' } });
  return (
    <header className="nbt-heading">
      <div className="nbt-line">
        <h2 title={run.name}>{run.name}</h2>
        <StarButton starred={starred} onClick={star} />
      </div>
      <div className="nbt-facts">
        <span className="nbt-pill" data-status={run.status}>
          <StatusIcon status={run.status} reason="" />
          {statusText(run.status, trans)}
        </span>
        <span title={formatTime(run.started_ms)}>{formatAge(now - run.started_ms)}</span>
        <span>
          {run.ended_ms === null
            ? trans.__('running for %1', formatDuration(passed))
            : trans.__('took %1', formatDuration(passed))}
        </span>
      </div>
      <Place run={run} />
      <Problem text={page.editError?.message} />
    </header>
  );
}

function Place(props: { run: RunDetail }): React.ReactElement {
  const { run } = props;
  const { model, openNotebook, trans } = useTools();
  const source = run.tags[RETRAINED];
  const name = baseName(run.source);
  // the first cell of the run is where its result was made
  const cell = run.cells.find(one => one.in_run)?.cell_id;
  return (
    <div className="nbt-facts">
      {run.experiment === name.replace(/\.ipynb$/, '') ? null : <span>{run.experiment}</span>}
      {run.source && openNotebook ? (
        <button
          type="button"
          className="nbt-link"
          title={trans.__('Show its cell in %1', run.source)}
          onClick={() => openNotebook(run.source, cell)}
        >
          {name}
        </button>
      ) : (
        <span title={run.source}>{name}</span>
      )}
      {run.user ? <span>{run.user}</span> : null}
      {source ? (
        <button
          type="button"
          className="nbt-link"
          title={trans.__('Open the run that its pipeline was exported from')}
          onClick={() => model.openRun(source, source.slice(0, 8))}
        >
          {trans.__('retrained')}
        </button>
      ) : null}
    </div>
  );
}
