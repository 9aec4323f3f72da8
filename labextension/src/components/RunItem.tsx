/** One run in the list: what it is, how good it is, when it was, and how far to trust it. */

import * as React from 'react';

import type { Filter } from '../api';
import type { Float, RunRow } from '../contract';
import { baseName, formatAge, formatDuration, formatNumber, formatTime } from '../format';
import { MarkBadges, VerdictBadge } from './badges';
import { type Translator, useTools } from './context';
import { StarButton, StatusIcon } from './parts';
import { Spark } from './Spark';

/** Drawn anew when something of it changed: while one scrolls, only new rows are. */
export const RunItem = React.memo(Item);

export interface RunItemProps {
  position: number;
  /** Missing while it is on its way. */
  row: RunRow | undefined;
  filter: Filter;
  /** Depth in the tree, and the place among its siblings. */
  level: number;
  index: number;
  siblings: number;
  active: boolean;
  selected: boolean;
  fresh: boolean;
  /** When it was, as of now. */
  when: string;
}

function Item(props: RunItemProps): React.ReactElement {
  const { model, trans } = useTools();
  const { position, row, filter, selected } = props;
  if (row === undefined) {
    return <div className="nbt-run nbt-skeleton" role="none" />;
  }
  const open = () => {
    model.setActive(position);
    model.openRun(row.run_id, row.name);
  };
  return (
    <div
      id={`nbt-row-${position}`}
      className="nbt-run"
      role="treeitem"
      aria-level={props.level}
      aria-selected={selected}
      aria-setsize={props.siblings}
      aria-posinset={props.index + 1}
      data-active={props.active}
      data-run={row.run_id}
      data-new={props.fresh}
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
        <span className="nbt-run-when" title={formatTime(row.started_ms)}>
          {props.when}
        </span>
        <VerdictBadge outcome={row.verdict} />
        <MarkBadges marks={row.marks} />
        <Source row={row} filter={filter} />
      </span>
      <span className="nbt-run-metric" title={row.main_metric?.key}>
        {row.main_metric?.key}
      </span>
      <Columns row={row} columns={filter.columns} />
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
function Source(props: { row: RunRow; filter: Filter }): React.ReactElement | null {
  const { by } = props.filter;
  const { source, experiment } = props.row;
  const name = baseName(source).replace(/\.ipynb$/, '');
  if (!source || by === 'source' || (by && name === experiment)) {
    return null;
  }
  return (
    <span className="nbt-run-source" title={source}>
      {name}
    </span>
  );
}

/** The chosen columns, as many as there is room for. */
function Columns(props: {
  row: RunRow;
  columns: readonly string[];
}): React.ReactElement | null {
  const { columns } = props;
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

/** How long ago a run was, or how long it has been running. */
export function whenText(row: RunRow, now: number, trans: Translator): string {
  const passed = now - row.started_ms;
  return row.status === 'RUNNING'
    ? trans.__('running for %1', formatDuration(Math.floor(passed / 1000) * 1000 || 1000))
    : formatAge(passed);
}
