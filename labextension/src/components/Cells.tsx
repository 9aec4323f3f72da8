/** The code that ran, in the order in which it ran: what was used, and what it says today. */

import * as React from 'react';

import type { Ancestry, Cell, RunDetail, UsedCell } from '../contract';
import { diffLines } from '../diff';
import { formatDuration } from '../format';
import { usePage, useAnswer, useTools } from './context';
import { DiffView } from './DiffView';
import { CopyButton, Section } from './parts';

export function Cells(props: { run: RunDetail }): React.ReactElement | null {
  const { run } = props;
  const page = usePage();
  const { trans } = useTools();
  // the cells that a result used are known once it is there
  const { value: ancestry } = useAnswer(
    () => page.lineage(),
    `${run.run_id} ${run.status} ${run.cells.length}`
  );
  const { cells, cells_left_out: leftOut } = run;
  if (cells.length === 0) {
    return null;
  }
  const used = new Map(ancestry?.cells.map(cell => [cell.seq, cell]));
  const shown = cells.filter(cell => cell.in_run || used.has(cell.seq));
  const others = cells.filter(cell => !cell.in_run && !used.has(cell.seq));
  return (
    <Section title={trans.__('Cells')} count={shown.length}>
      {ancestry ? <Summary ancestry={ancestry} /> : null}
      {shown.map(cell => (
        <Execution key={cell.seq} cell={cell} used={used.get(cell.seq)} source={run.source} />
      ))}
      {others.length > 0 ? (
        <details className="nbt-more">
          <summary>
            {trans._n(
              '%1 cell ran before, in the same session',
              '%1 cells ran before, in the same session',
              others.length + leftOut,
              others.length + leftOut
            )}
          </summary>
          {leftOut > 0 ? (
            <p className="nbt-muted">{trans.__('The first %1 are not shown.', leftOut)}</p>
          ) : null}
          {others.map(cell => (
            <Execution key={cell.seq} cell={cell} source={run.source} />
          ))}
        </details>
      ) : null}
    </Section>
  );
}

function Summary(props: { ancestry: Ancestry }): React.ReactElement {
  const { trans } = useTools();
  const { cells, executed } = props.ancestry;
  const stale = cells.filter(cell => cell.stale !== '').length;
  return (
    <p className="nbt-muted">
      {trans.__('The result used %1 of %2 executed cells.', cells.length, executed)}{' '}
      {stale > 0
        ? trans._n('%1 of them is stale.', '%1 of them are stale.', stale, stale)
        : ''}
    </p>
  );
}

/** One cell as it ran. */
export function Execution(props: {
  cell: Cell;
  used?: UsedCell;
  source: string;
}): React.ReactElement {
  const { trans, openNotebook } = useTools();
  const { cell, used, source } = props;
  const count = cell.execution_count > 0 ? String(cell.execution_count) : ' ';
  return (
    <figure className="nbt-cell" data-status={cell.status} data-used={used !== undefined}>
      <figcaption>
        {openNotebook && source ? (
          <button
            type="button"
            className="nbt-prompt nbt-link"
            title={trans.__('Show this cell in the notebook')}
            onClick={() => openNotebook(source, cell.cell_id)}
          >
            [{count}]
          </button>
        ) : (
          <span className="nbt-prompt">[{count}]</span>
        )}
        <span className="nbt-muted">
          {cell.status === 'running'
            ? trans.__('running')
            : formatDuration(cell.ended_ms - cell.started_ms)}
        </span>
        {used ? (
          <span className="nbt-badge" title={trans.__('The result used what this cell did.')}>
            {trans.__('used')}
          </span>
        ) : null}
        {used?.stale ? (
          <span className="nbt-badge" data-mark="stale" title={used.stale}>
            {trans.__('stale')}
          </span>
        ) : null}
        <CopyButton text={cell.source} label={trans.__('Copy the code')} />
      </figcaption>
      <Code cell={cell} used={used} />
      {cell.error ? <p className="nbt-reason">{cell.error}</p> : null}
      <Today cell={cell} source={source} />
    </figure>
  );
}

/** The code as it ran; lines that the result did not need step back. */
function Code(props: { cell: Cell; used?: UsedCell }): React.ReactElement {
  const { cell, used } = props;
  if (used === undefined || used.lines.length === 0) {
    return <pre tabIndex={0}>{cell.source}</pre>;
  }
  const needed = (number: number) =>
    used.lines.some(([first, last]) => first <= number && number <= last);
  return (
    <pre tabIndex={0}>
      {cell.source.split('\n').map((text, index) => (
        <span key={index} data-used={needed(index + 1)}>{`${text}\n`}</span>
      ))}
    </pre>
  );
}

/** What the notebook says in the same cell now, when it is open and says something else. */
function Today(props: { cell: Cell; source: string }): React.ReactElement | null {
  const { trans, cellNow } = useTools();
  const { cell, source } = props;
  const now = cell.cell_id && source ? cellNow?.(source, cell.cell_id) : undefined;
  if (now === undefined || now === cell.source) {
    return null;
  }
  return (
    <details className="nbt-more nbt-today">
      <summary>{trans.__('The notebook says something else now')}</summary>
      <DiffView lines={diffLines(cell.source, now)} />
    </details>
  );
}
