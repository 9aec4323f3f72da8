/** The runs of `%track runs`: sorted by a click, opened by their names, compared when chosen. */

import * as React from 'react';

import { MOST_RUNS } from '../compare/selection';
import { MarkBadge, VerdictBadge } from '../components/badges';
import { useTools } from '../components/context';
import { StatusIcon } from '../components/parts';
import type { RunRow, RunsPage } from '../contract';
import { formatCount, formatDuration, formatTime } from '../format';
import { RunName } from './RunName';
import { bestOf, cellText, columnsOf, sorted, type Sorting } from './table';

/** Rows that are drawn at first, and with each click on more. */
const SHOWN = 100;

export function RunsTable(props: { page: RunsPage }): React.ReactElement {
  const { runs, total } = props.page;
  const { trans } = useTools();
  const [sorting, setSorting] = React.useState<Sorting>({ by: '', descending: true });
  const [chosen, setChosen] = React.useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = React.useState(SHOWN);
  const columns = React.useMemo(() => columnsOf(runs), [runs]);
  const best = React.useMemo(() => bestOf(runs), [runs]);
  const rows = React.useMemo(() => sorted(runs, sorting), [runs, sorting]);
  const experiments = React.useMemo(() => new Set(runs.map(run => run.experiment)).size > 1, [runs]);
  if (runs.length === 0) {
    return <p className="nbt-muted">{trans.__('There are no such runs.')}</p>;
  }
  const toggle = (id: string) => {
    const next = new Set(chosen);
    next.delete(id) || next.add(id);
    setChosen(next);
  };
  const head = { sorting, onSort: setSorting };
  const left = rows.length - most;
  return (
    <>
      <div className="nbt-output-scroll" tabIndex={0} role="region" aria-label={trans.__('Runs')}>
        <table className="nbt-output-table">
          <thead>
            <tr>
              <td />
              <Head {...head} by="name" text={trans.__('run')} />
              {experiments ? <th scope="col">{trans.__('experiment')}</th> : null}
              {columns.map(column => (
                <Head
                  key={column}
                  {...head}
                  by={column}
                  text={column === 'main' ? mainText(runs) : column.slice(column.indexOf('.') + 1)}
                  numeric={!column.startsWith('params.')}
                />
              ))}
              <Head {...head} by="started" text={trans.__('started')} />
              <Head {...head} by="took" text={trans.__('took')} numeric />
              <th scope="col">{trans.__('commit')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, most).map((run, index) => (
              // a page that was made by hand can name a run twice
              <tr key={`${run.run_id} ${index}`} data-chosen={chosen.has(run.run_id)}>
                <td>
                  <input
                    type="checkbox"
                    checked={chosen.has(run.run_id)}
                    aria-label={trans.__('Select %1', run.name)}
                    title={trans.__('Select for comparing')}
                    onChange={() => toggle(run.run_id)}
                  />
                </td>
                <Name run={run} />
                {experiments ? <td>{run.experiment}</td> : null}
                {columns.map(column => (
                  <Value key={column} run={run} column={column} best={best.has(run.run_id)} />
                ))}
                <td title={formatTime(run.started_ms)}>{momentText(run.started_ms)}</td>
                <td data-numeric="true">
                  {run.ended_ms === null ? '' : formatDuration(run.ended_ms - run.started_ms)}
                </td>
                <td>
                  <code title={run.commit}>{run.commit.slice(0, 7)}</code>
                  {run.dirty ? <span title={trans.__('with uncommitted changes')}> ±</span> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="nbt-output-foot">
        <CompareButton ids={[...chosen]} />
        {left > 0 ? (
          <button type="button" className="nbt-link" onClick={() => setMost(most + SHOWN)}>
            {trans.__('Show more (%1 left)', formatCount(left))}
          </button>
        ) : null}
        {total > runs.length ? (
          <span className="nbt-muted">{trans.__('There are more runs than were listed.')}</span>
        ) : null}
      </div>
    </>
  );
}

function Head(props: {
  by: string;
  text: string;
  numeric?: boolean;
  sorting: Sorting;
  onSort(sorting: Sorting): void;
}): React.ReactElement {
  const { by, text, numeric, sorting, onSort } = props;
  const { trans } = useTools();
  const active = sorting.by === by;
  const { descending } = sorting;
  // what is largest is asked for first, but names from A on; the third click undoes it
  const first = by !== 'name';
  const next = !active
    ? { by, descending: first }
    : descending === first
      ? { by, descending: !first }
      : { by: '', descending: true };
  return (
    <th
      scope="col"
      data-numeric={numeric}
      aria-sort={active ? (descending ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" title={trans.__('Sort by %1', text)} onClick={() => onSort(next)}>
        {text}
        <span aria-hidden="true">{active ? (descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

function Name(props: { run: RunRow }): React.ReactElement {
  const { run } = props;
  return (
    <th scope="row">
      <span className="nbt-line">
        <StatusIcon status={run.status} reason={run.reason} />
        <RunName id={run.run_id} name={run.name} />
        <VerdictBadge outcome={run.verdict} />
        {run.marks
          .filter(mark => mark !== 'dirty-tree')
          .map(mark => (
            <MarkBadge key={mark} kind={mark} />
          ))}
        {run.reason ? (
          <span className="nbt-output-reason" title={run.reason}>
            {run.reason}
          </span>
        ) : null}
      </span>
    </th>
  );
}

function Value(props: { run: RunRow; column: string; best: boolean }): React.ReactElement {
  const { trans } = useTools();
  const { run, column } = props;
  const text = cellText(run, column);
  const main = column === 'main' || column === `metrics.${run.main_metric?.key}`;
  if (column.startsWith('params.')) {
    return (
      <td>
        <code title={text}>{text || '–'}</code>
      </td>
    );
  }
  return (
    <td data-numeric="true">
      {main && props.best ? (
        <>
          <span className="nbt-output-best" title={trans.__('The best of its experiment')}>
            ★
          </span>{' '}
          <strong>{text}</strong>
        </>
      ) : (
        text || '–'
      )}
    </td>
  );
}

function CompareButton(props: { ids: string[] }): React.ReactElement {
  const { trans, compare } = useTools();
  const { ids } = props;
  return (
    <>
      <button
        type="button"
        className="nbt-button"
        disabled={ids.length < 2 || ids.length > MOST_RUNS}
        onClick={() => compare?.(ids)}
      >
        {trans.__('Compare')}
      </button>
      <span className="nbt-muted" role="status">
        {ids.length < 2
          ? trans.__('Select two runs or more to compare them.')
          : ids.length > MOST_RUNS
            ? trans.__('At most %1 runs can be compared', MOST_RUNS)
            : trans.__('%1 selected', ids.length)}
      </span>
    </>
  );
}

/** The name of the main metric, where the runs agree on it. */
function mainText(runs: readonly RunRow[]): string {
  const keys = new Set(runs.flatMap(run => run.main_metric?.key ?? []));
  return keys.size === 1 ? [...keys][0] : '★';
}

/** Day and minute; the pointer tells the rest. */
function momentText(ms: number): string {
  return new Date(ms).toLocaleString(undefined, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit'
  });
}
