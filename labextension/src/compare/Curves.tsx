/** The histories of metrics of all runs over each other, and how they are drawn. */

import * as React from 'react';

import { useTools } from '../components/context';
import { CurveControls } from '../components/CurveControls';
import type { CurveAxis } from '../curves';
import { Chart } from './Chart';
import { useComparison } from './context';
import { Legend } from './Legend';
import { MetricChooser } from './MetricChooser';

/** Charts that are drawn until others are chosen. */
const DRAWN = 2;

export function Curves(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { curves } = page.found!;
  const [axis, setAxis] = React.useState<CurveAxis>('step');
  const [log, setLog] = React.useState(false);
  const [smoothing, setSmoothing] = React.useState(0);
  const [chosen, setChosen] = React.useState<readonly string[] | null>(null);
  const [hidden, setHidden] = React.useState<ReadonlySet<string>>(new Set());
  const [focus, setFocus] = React.useState<number | null>(null);
  const positions = React.useMemo(
    () =>
      new Set(page.runs.flatMap((run, position) => (hidden.has(run.run_id) ? [position] : []))),
    [page.runs, hidden]
  );
  const drawn = chosen ?? curves.slice(0, DRAWN);
  if (curves.length === 0) {
    return (
      <div className="nbt-part-body">
        <p className="nbt-muted">
          {trans.__('No metric of these runs has more than one point. Log them by step:')}
        </p>
        <pre>nbtrail.log_metric("loss", loss, step=epoch)</pre>
      </div>
    );
  }
  const toggle = (id: string) => {
    const next = new Set(hidden);
    next.delete(id) || next.add(id);
    setHidden(next);
  };
  return (
    <>
      <div className="nbt-part-bar">
        <MetricChooser
          known={curves}
          total={page.found!.curves_total}
          chosen={drawn}
          onChange={setChosen}
        />
        <CurveControls axis={axis} log={log} onAxis={setAxis} onLog={setLog} />
        <label>
          <span className="nbt-muted">{trans.__('Smoothing')}</span>
          <input
            type="range"
            min="0"
            max="0.99"
            step="0.01"
            value={smoothing}
            onChange={event => setSmoothing(Number(event.target.value))}
          />
          <output>{smoothing.toFixed(2)}</output>
        </label>
      </div>
      <div className="nbt-curves">
        <div className="nbt-charts">
          {drawn.map(key => (
            <Chart
              key={key}
              metric={key}
              axis={axis}
              log={log}
              smoothing={smoothing}
              hidden={positions}
              focus={focus}
              onFocus={setFocus}
            />
          ))}
        </div>
        <Legend hidden={hidden} focus={focus} onFocus={setFocus} onToggle={toggle} />
      </div>
    </>
  );
}
