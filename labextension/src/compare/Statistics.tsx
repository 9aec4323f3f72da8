/** What the runs say together: repeats over seeds, and tests over the folds of cross-validation. */

import * as React from 'react';

import { useAnswer, useTools } from '../components/context';
import { useComparison } from './context';
import { FoldTests } from './FoldTests';
import { SeedGroups } from './SeedGroups';

export function Statistics(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { value, error } = useAnswer(
    () => page.statistics(),
    `${page.ids.join()} ${page.answers}`
  );
  // what was answered for other runs names them by position
  const current = value !== null && value.tests.every(test => test.run < page.runs.length);
  return (
    <div className="nbt-part-body" tabIndex={0} role="region" aria-label={trans.__('Statistics')}>
      {error ? <p className="nbt-muted">{error.message}</p> : null}
      {value === null ? error ? null : <p role="status">{trans.__('Loading …')}</p> : null}
      {current ? (
        <>
          <SeedGroups groups={value.groups} />
          <FoldTests tests={value.tests} />
          {value.notes.map(note => (
            <p key={note} className="nbt-muted">
              {note}
            </p>
          ))}
        </>
      ) : null}
    </div>
  );
}
