/** Below the list: the runs that were chosen, and what can be done with them. */

import * as React from 'react';

import { MOST_RUNS } from '../compare/selection';
import { useModel, useTools } from './context';

export function SelectionBar(): React.ReactElement | null {
  const model = useModel();
  const { trans, compare, copy, actions } = useTools();
  const ids = [...model.selected.keys()];
  const runs = [...model.selected].map(([id, name]) => ({ id, name }));
  if (ids.length === 0) {
    return null;
  }
  const command = `%track compare ${ids.map(id => id.slice(0, 16)).join(' ')}`;
  return (
    <div className="nbt-selection" role="region" aria-label={trans.__('Selected runs')}>
      <span title={[...model.selected.values()].join(', ')} role="status">
        {trans._n('%1 selected', '%1 selected', ids.length, ids.length)}
      </span>
      {compare ? (
        <button
          type="button"
          className="nbt-button"
          disabled={ids.length < 2 || ids.length > MOST_RUNS}
          title={
            ids.length < 2
              ? trans.__('Select one more run')
              : ids.length > MOST_RUNS
                ? trans.__('At most %1 runs can be compared', MOST_RUNS)
                : undefined
          }
          onClick={() => compare(ids)}
        >
          {trans.__('Compare')}
        </button>
      ) : (
        <button
          type="button"
          className="nbt-button"
          disabled={ids.length < 2}
          title={command}
          onClick={() => copy(command)}
        >
          {trans.__('Copy %track compare')}
        </button>
      )}
      {actions && runs.length === 1 ? (
        <>
          <button type="button" className="nbt-button" onClick={() => actions.promote(runs[0])}>
            {trans.__('Promote…')}
          </button>
          <button type="button" className="nbt-button" onClick={() => actions.export(runs[0])}>
            {trans.__('Export…')}
          </button>
        </>
      ) : null}
      {actions ? (
        <button type="button" className="nbt-link" onClick={() => actions.remove(runs)}>
          {trans.__('Delete')}
        </button>
      ) : null}
      <button type="button" className="nbt-link" onClick={() => model.clearSelected()}>
        {trans.__('Clear')}
      </button>
    </div>
  );
}
