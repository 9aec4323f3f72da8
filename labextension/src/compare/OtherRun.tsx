/** Which run is held against the reference, where there is room for one only. */

import * as React from 'react';

import { useTools } from '../components/context';
import { useComparison } from './context';
import { Swatch } from './Swatch';

export function OtherRun(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { runs, other } = page;
  return (
    <div className="nbt-other-run">
      <Swatch position={0} />
      <strong title={runs[0].name}>{runs[0].name}</strong>
      <span aria-hidden="true">→</span>
      <Swatch position={other} />
      {runs.length === 2 ? (
        <strong title={runs[1].name}>{runs[1].name}</strong>
      ) : (
        <select
          value={runs[other].run_id}
          aria-label={trans.__('The run that is held against %1', runs[0].name)}
          onChange={event => page.setOther(event.target.value)}
        >
          {runs.slice(1).map(run => (
            <option key={run.run_id} value={run.run_id}>
              {run.name.slice(0, 60)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
