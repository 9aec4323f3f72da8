/** One run in the list: what it is, how good it is, when it was, and how far to trust it. */

import * as React from 'react';

import type { MarkKind, RunRow } from '../contract';
import { baseName, formatAge, formatDuration, formatNumber, formatTime } from '../format';
import { useTools } from './context';
import { MarkBadge, markText, StatusIcon } from './parts';

export function RunItem(props: {
  index: number;
  row: RunRow | undefined;
  now: number;
}): React.ReactElement {
  const { model } = useTools();
  const { index, row, now } = props;
  if (row === undefined) {
    return <div className="nbt-run nbt-skeleton" aria-hidden="true" />;
  }
  const open = () => {
    model.setActive(index);
    void model.openRun(row.run_id, row.name);
  };
  return (
    <div
      id={`nbt-run-${index}`}
      className="nbt-run"
      role="option"
      aria-selected={index === model.active}
      aria-setsize={model.total}
      aria-posinset={index + 1}
      data-run={row.run_id}
      data-new={model.isNew(row.run_id)}
      onClick={open}
    >
      <StatusIcon status={row.status} reason={row.reason} />
      <span className="nbt-run-name" title={row.name}>
        {row.parent_run_id ? <span className="nbt-child">↳ </span> : null}
        {row.name}
      </span>
      <span className="nbt-run-value">{formatNumber(row.main_metric?.value ?? null)}</span>
      <span className="nbt-run-facts">
        <When row={row} now={now} />
        <Badges marks={row.marks} />
        {row.source ? (
          <span className="nbt-run-source" title={row.source}>
            {baseName(row.source).replace(/\.ipynb$/, '')}
          </span>
        ) : null}
      </span>
      <span className="nbt-run-metric" title={row.main_metric?.key}>
        {row.main_metric?.key}
      </span>
    </div>
  );
}

/** The first mark by name; a row has no room for more. */
function Badges(props: { marks: MarkKind[] }): React.ReactElement | null {
  const { trans } = useTools();
  const [first, ...others] = props.marks;
  if (first === undefined) {
    return null;
  }
  const names = others.map(kind => markText(kind, trans)[0]).join(', ');
  return (
    <>
      <MarkBadge kind={first} />
      {others.length > 0 ? (
        <span className="nbt-badge" data-mark="more" title={names} aria-label={names}>
          +{others.length}
        </span>
      ) : null}
    </>
  );
}

function When(props: { row: RunRow; now: number }): React.ReactElement {
  const { trans } = useTools();
  const { row, now } = props;
  const passed = now - row.started_ms;
  return (
    <span className="nbt-run-when" title={formatTime(row.started_ms)}>
      {row.status === 'RUNNING'
        ? trans.__('running for %1', formatDuration(Math.floor(passed / 1000) * 1000 || 1000))
        : formatAge(passed)}
    </span>
  );
}
