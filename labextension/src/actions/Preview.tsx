/** The cells that the script will be made of. */

import * as React from 'react';

import { useAnswer, useTools } from '../components/context';
import type { ActionsApi } from './api';

export function Preview(props: {
  api: ActionsApi;
  notebook: string;
  runId: string;
}): React.ReactElement {
  const { trans } = useTools();
  const { api, notebook, runId } = props;
  const { value, error } = useAnswer(() => api.lineage(notebook, runId), runId);
  const cells = value?.cells ?? [];
  return (
    <>
      <h3>{trans.__('What it is made of')}</h3>
      {error ? (
        <p className="nbt-reason">{error.message}</p>
      ) : value === null ? (
        <p className="nbt-muted">{trans.__('Following the result back through the cells …')}</p>
      ) : (
        <p className="nbt-muted">
          {trans.__('%1 of %2 executed cells made the result', cells.length, value.executed)}
        </p>
      )}
      <ol className="nbt-made-of">
        {cells.map(cell => (
          <li key={cell.seq}>
            <span className="nbt-muted">[{cell.execution_count}]</span>
            <pre>{usedLines(cell.source, cell.lines)}</pre>
          </li>
        ))}
      </ol>
    </>
  );
}

const MOST = 6;

/** The lines of a cell that are used, the first few of them. */
export function usedLines(source: string, spans: readonly [number, number][]): string {
  const lines = source.split('\n');
  const used = spans.flatMap(([first, last]) => lines.slice(first - 1, last));
  const shown = (used.length > 0 ? used : lines).slice(0, MOST);
  return shown.join('\n') + (used.length > MOST ? '\n…' : '');
}
