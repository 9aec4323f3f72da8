/** The causes that `%track why` found, as it saved them. */

import * as React from 'react';

import { CauseList } from '../compare/Causes';
import { useTools } from '../components/context';
import type { Why } from '../contract';
import { RunName } from './RunName';

export function WhyCard(props: { why: Why }): React.ReactElement {
  const { trans, compare } = useTools();
  const { runs } = props.why;
  const ids = runs.map(run => run.run_id);
  return (
    <div className="nbt-output-why">
      <header className="nbt-line">
        {runs.map((run, index) => (
          <React.Fragment key={run.run_id}>
            {index > 0 ? <span aria-hidden="true">→</span> : null}
            <RunName id={run.run_id} name={run.name} />
          </React.Fragment>
        ))}
        <button type="button" className="nbt-button" onClick={() => compare?.(ids)}>
          {trans.__('Compare')}
        </button>
      </header>
      <CauseList why={props.why} />
    </div>
  );
}
