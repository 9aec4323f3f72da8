/** What went wrong with a comparison, and the way on. */

import * as React from 'react';

import { useTools } from '../components/context';
import { useComparison } from './context';

export function Failure(): React.ReactElement | null {
  const page = useComparison();
  const { trans } = useTools();
  const { error, missing } = page;
  if (error === null) {
    return null;
  }
  const name = page.runs.find(run => run.run_id === missing)?.name;
  return (
    <div className="nbt-failure" role="alert">
      <span>
        {missing === undefined
          ? error.message
          : trans.__('The run %1 is not in this trail any more.', name ?? missing.slice(0, 13))}
      </span>
      {missing !== undefined && page.ids.length > 2 ? (
        <button type="button" className="nbt-button" onClick={() => page.removeRun(missing)}>
          {trans.__('Go on without it')}
        </button>
      ) : (
        <button type="button" className="nbt-button" onClick={() => void page.refresh()}>
          {trans.__('Retry')}
        </button>
      )}
    </div>
  );
}
