/** The heading of a run's column: what it is, how far to trust it, and what can be done. */

import * as React from 'react';

import { MarkBadges } from '../components/badges';
import { useTools } from '../components/context';
import { StatusIcon } from '../components/parts';
import type { ComparedRun } from '../contract';
import { formatDuration, formatTime } from '../format';
import { useComparison } from './context';
import { Swatch } from './Swatch';

/** Drawn anew when the run or its place changed. */
export const RunHead = React.memo(Head);

function Head(props: { run: ComparedRun; position: number }): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { run, position } = props;
  const reference = position === 0;
  return (
    <>
      <span className="nbt-line">
        <Swatch position={position} />
        <RunLink run={run} />
        {page.ids.length > 2 ? (
          <button
            type="button"
            className="nbt-icon-button nbt-remove"
            title={trans.__('Remove from the comparison')}
            aria-label={trans.__('Remove %1 from the comparison', run.name)}
            onClick={() => page.removeRun(run.run_id)}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4.5 4.5l7 7m0-7l-7 7" />
            </svg>
          </button>
        ) : null}
      </span>
      <span className="nbt-line nbt-head-facts">
        <StatusIcon status={run.status} reason={run.reason} />
        {reference ? (
          <span className="nbt-badge" data-reference="true">
            {trans.__('reference')}
          </span>
        ) : (
          <button
            type="button"
            className="nbt-link nbt-hold"
            title={trans.__('Hold the other runs against this one')}
            aria-label={trans.__('Hold the other runs against %1', run.name)}
            onClick={() => page.setReference(run.run_id)}
          >
            {trans.__('set as reference')}
          </button>
        )}
        <MarkBadges marks={run.marks} />
        <span className="nbt-muted" title={formatTime(run.started_ms)}>
          {run.duration_ms === null ? '' : formatDuration(run.duration_ms)}
        </span>
      </span>
    </>
  );
}

/** The name of a run, which opens it. */
export function RunLink(props: { run: ComparedRun }): React.ReactElement {
  const { model, openWide } = useTools();
  const { run_id: id, name } = props.run;
  const open = () => (openWide ? openWide(id, name) : model.openRun(id, name));
  return (
    <button type="button" className="nbt-link nbt-run-link" title={name} onClick={open}>
      {name}
    </button>
  );
}
