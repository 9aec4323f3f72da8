/** The Python of a run is not there: with which command the work can be done elsewhere. */

import * as React from 'react';

import { useTools } from '../components/context';
import { Snippet } from '../components/parts';

export function GonePython(props: {
  plan: { interpreter: string; command: string };
}): React.ReactElement {
  const { trans } = useTools();
  const { interpreter, command } = props.plan;
  return (
    <div className="nbt-reason" role="alert">
      <p>
        {interpreter
          ? trans.__('The Python that made this run is gone: %1.', interpreter)
          : trans.__('It was not recorded which Python made this run.')}{' '}
        {trans.__('No other one is taken in its place. Run this where its packages are:')}
      </p>
      <Snippet code={command} label={trans.__('Copy')} />
    </div>
  );
}
