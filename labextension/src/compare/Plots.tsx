/** Params and metrics of all runs against each other. */

import * as React from 'react';

import { useAnswer, useTools } from '../components/context';
import { useComparison } from './context';
import { ImportanceBars } from './ImportanceBars';
import { Parallel } from './Parallel';
import { Scatter } from './Scatter';

export function Plots(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const [focus, setFocus] = React.useState<number | null>(null);
  const { value, error } = useAnswer(
    () => page.statistics(),
    `${page.ids.join()} ${page.answers}`
  );
  // an answer about other runs has other places
  const count = page.runs.length;
  const axes = value?.axes.filter(axis => axis.places.length === count) ?? [];
  return (
    <div className="nbt-part-body" tabIndex={0} role="region" aria-label={trans.__('Plots')}>
      <Scatter focus={focus} onFocus={setFocus} />
      {error ? <p className="nbt-muted">{error.message}</p> : null}
      {value ? (
        <>
          <Parallel axes={axes} focus={focus} onFocus={setFocus} />
          <ImportanceBars shares={value.importance} />
          {value.importance.length === 0
            ? value.notes
                .filter(note => note.includes('importance'))
                .map(note => (
                  <p key={note} className="nbt-muted">
                    {note}
                  </p>
                ))
            : null}
        </>
      ) : error ? null : (
        <p role="status">{trans.__('Loading …')}</p>
      )}
    </div>
  );
}
