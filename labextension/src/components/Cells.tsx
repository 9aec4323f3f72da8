/** The code that ran, in the order in which it ran. */

import * as React from 'react';

import type { Cell, RunDetail } from '../contract';
import { formatDuration } from '../format';
import { useTools } from './context';
import { CopyButton, Section } from './parts';

export function Cells(props: { run: RunDetail }): React.ReactElement | null {
  const { trans } = useTools();
  const { cells, cells_left_out: leftOut } = props.run;
  const own = cells.filter(cell => cell.in_run);
  const earlier = cells.filter(cell => !cell.in_run);
  if (cells.length === 0) {
    return null;
  }
  return (
    <Section title={trans.__('Cells')} count={own.length}>
      {own.map(cell => (
        <Execution key={cell.seq} cell={cell} />
      ))}
      {earlier.length > 0 ? (
        <details className="nbt-more">
          <summary>
            {trans._n(
              '%1 cell ran before, in the same session',
              '%1 cells ran before, in the same session',
              earlier.length + leftOut,
              earlier.length + leftOut
            )}
          </summary>
          {leftOut > 0 ? (
            <p className="nbt-muted">{trans.__('The first %1 are not shown.', leftOut)}</p>
          ) : null}
          {earlier.map(cell => (
            <Execution key={cell.seq} cell={cell} />
          ))}
        </details>
      ) : null}
    </Section>
  );
}

function Execution(props: { cell: Cell }): React.ReactElement {
  const { trans } = useTools();
  const { cell } = props;
  const count = cell.execution_count > 0 ? String(cell.execution_count) : ' ';
  return (
    <figure className="nbt-cell" data-status={cell.status}>
      <figcaption>
        <span className="nbt-prompt">[{count}]</span>
        <span className="nbt-muted">
          {cell.status === 'running'
            ? trans.__('running')
            : formatDuration(cell.ended_ms - cell.started_ms)}
        </span>
        <CopyButton text={cell.source} label={trans.__('Copy the code')} />
      </figcaption>
      <pre>{cell.source}</pre>
      {cell.error ? <p className="nbt-reason">{cell.error}</p> : null}
    </figure>
  );
}
