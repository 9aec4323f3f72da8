/** Over what curves are drawn, and on which scale. */

import * as React from 'react';

import type { CurveAxis } from '../curves';
import { useTools } from './context';

export function CurveControls(props: {
  axis: CurveAxis;
  log: boolean;
  onAxis(axis: CurveAxis): void;
  onLog(log: boolean): void;
}): React.ReactElement {
  const { trans } = useTools();
  const { axis, log, onAxis, onLog } = props;
  return (
    <>
      <select
        value={axis}
        aria-label={trans.__('Horizontal axis')}
        onChange={event => onAxis(event.target.value as CurveAxis)}
      >
        <option value="step">{trans.__('over steps')}</option>
        <option value="time">{trans.__('over time')}</option>
      </select>
      <button type="button" className="nbt-toggle" aria-pressed={log} onClick={() => onLog(!log)}>
        {trans.__('Log scale')}
      </button>
    </>
  );
}
