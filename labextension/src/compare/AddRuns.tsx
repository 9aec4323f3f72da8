/** Chooses more runs to compare, by the same search as in the panel. */

import * as React from 'react';

import { useAnswer, useTools } from '../components/context';
import { StatusIcon } from '../components/parts';
import { Popup } from '../components/Popup';
import { formatAge, formatNumber } from '../format';
import { useComparison } from './context';
import { MOST_RUNS } from './selection';

export function AddRuns(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  return (
    <Popup
      label={trans.__('Add runs')}
      className="nbt-add-runs"
      disabled={page.ids.length >= MOST_RUNS}
    >
      {() => <Candidates />}
    </Popup>
  );
}

function Candidates(): React.ReactElement {
  const page = useComparison();
  const { model, trans } = useTools();
  const [text, setText] = React.useState('');
  const { value, error } = useAnswer(
    () => page.candidates(text),
    `${page.ids.join()} ${text}`
  );
  return (
    <>
      <input
        type="search"
        autoFocus
        value={text}
        placeholder={trans.__('Search runs')}
        aria-label={trans.__('Search runs to add')}
        onChange={event => setText(event.target.value)}
      />
      {error ? <p className="nbt-muted">{error.message.split('\n')[0]}</p> : null}
      <div className="nbt-popup-list">
        {value?.map(run => (
          <button
            key={run.run_id}
            type="button"
            className="nbt-choice"
            title={run.name}
            onClick={() => page.addRun(run.run_id)}
          >
            <StatusIcon status={run.status} reason={run.reason} />
            <span className="nbt-choice-name">{run.name}</span>
            <span className="nbt-muted">
              {formatNumber(run.main_metric?.value ?? null) ||
                formatAge(model.now() - run.started_ms)}
            </span>
          </button>
        ))}
        {value?.length === 0 && !error ? (
          <p className="nbt-muted">{trans.__('No other run matches')}</p>
        ) : null}
      </div>
    </>
  );
}
