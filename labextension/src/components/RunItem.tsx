/** One run in the list: what it is, how good it is, when it was, and how far to trust it. */

import * as React from 'react';

import type { Float, RunRow } from '../contract';
import { baseName, formatAge, formatDuration, formatNumber, formatTime } from '../format';
import type { Place } from '../layout';
import { useTools } from './context';
import { MarkBadges, VerdictBadge } from './badges';
import { StarButton, StatusIcon } from './parts';
import { Spark } from './Spark';

export function RunItem(props: {
  position: number;
  place: (Place & { row?: RunRow }) | undefined;
  now: number;
}): React.ReactElement {
  const { model, trans } = useTools();
  const { position, place, now } = props;
  if (place?.kind !== 'run' || place.row === undefined) {
    return <div className="nbt-run nbt-skeleton" role="none" />;
  }
  const { row, group, index } = place;
  const selected = model.selected.has(row.run_id);
  const open = () => {
    model.setActive(position);
    model.openRun(row.run_id, row.name);
  };
  return (
    <div
      id={`nbt-row-${position}`}
      className="nbt-run"
      role="treeitem"
      aria-level={model.layout.headers ? 2 : 1}
      aria-selected={selected}
      aria-setsize={group.total}
      aria-posinset={index + 1}
      data-active={position === model.active}
      data-run={row.run_id}
      data-new={model.isNew(row.run_id)}
      onClick={open}
    >
      <StatusIcon status={row.status} reason={row.reason} />
      <span className="nbt-run-name" title={row.name}>
        {row.parent_run_id ? <span className="nbt-child">↳ </span> : null}
        {row.name}
      </span>
      <span className="nbt-run-value">
        <Spark values={row.spark} label={trans.__('Course of %1', row.main_metric?.key)} />
        {formatNumber(row.main_metric?.value ?? null)}
      </span>
      <span className="nbt-run-facts">
        <When row={row} now={now} />
        <VerdictBadge outcome={row.verdict} />
        <MarkBadges marks={row.marks} />
        <Source row={row} />
      </span>
      <span className="nbt-run-metric" title={row.main_metric?.key}>
        {row.main_metric?.key}
      </span>
      <Columns row={row} />
      <span className="nbt-run-tools" onClick={event => event.stopPropagation()}>
        <StarButton
          starred={row.starred}
          onClick={() => void model.star(row.run_id, !row.starred)}
        />
        <input
          type="checkbox"
          tabIndex={-1}
          checked={selected}
          title={trans.__('Select for comparing')}
          aria-label={trans.__('Select %1', row.name)}
          onChange={() => model.toggleSelected(row.run_id, row.name)}
        />
      </span>
    </div>
  );
}

/** The notebook, unless the group or the experiment says it already. */
function Source(props: { row: RunRow }): React.ReactElement | null {
  const { model } = useTools();
  const { source, experiment } = props.row;
  const name = baseName(source).replace(/\.ipynb$/, '');
  if (!source || model.filter.by === 'source' || (model.filter.by && name === experiment)) {
    return null;
  }
  return (
    <span className="nbt-run-source" title={source}>
      {name}
    </span>
  );
}

/** The chosen columns, as many as there is room for. */
function Columns(props: { row: RunRow }): React.ReactElement | null {
  const { model } = useTools();
  const { columns } = model.filter;
  if (columns.length === 0) {
    return null;
  }
  return (
    <span className="nbt-run-columns">
      {columns.map(column => {
        // a column that was chosen just now is not in the rows that are there
        const value = props.row.values[column] ?? null;
        const text = column.startsWith('metrics.') ? formatNumber(value as Float) : value;
        return (
          <span key={column} title={`${column} = ${value ?? '–'}`}>
            {column.slice(column.indexOf('.') + 1)} <strong>{text || '–'}</strong>
          </span>
        );
      })}
    </span>
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
