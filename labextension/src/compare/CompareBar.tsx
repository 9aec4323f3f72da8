/** Above a comparison: how many runs, which of them is the reference, and what can be done. */

import * as React from 'react';

import { useTools } from '../components/context';
import { AddRuns } from './AddRuns';
import { useComparison } from './context';
import { CopyLink } from './CopyLink';
import { ExportMenu } from './ExportMenu';

/** A list to choose from has no more: the table's headings choose, too. */
const NAME = 60;

export function CompareBar(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { runs, ids } = page;
  return (
    <header className="nbt-compare-bar">
      <h2>{trans._n('%1 run', '%1 runs compared', ids.length, ids.length)}</h2>
      {runs.length > 0 ? (
        <label>
          <span className="nbt-muted">{trans.__('against')}</span>
          <select
            value={runs[0].run_id}
            aria-label={trans.__('The run that the others are held against')}
            onChange={event => page.setReference(event.target.value)}
          >
            {runs.map(run => (
              <option key={run.run_id} value={run.run_id}>
                {run.name.slice(0, NAME)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <AddRuns />
      <div className="nbt-compare-tools">
        <CopyLink />
        <ExportMenu />
      </div>
    </header>
  );
}
