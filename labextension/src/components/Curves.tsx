/** The histories of a run's metrics as curves; the library that draws them is loaded by then. */

import * as React from 'react';

import type { RunCurves, RunDetail } from '../contract';
import type { CurveAxis } from '../curves';
import { useAnswer, usePage, useTools } from './context';
import { CurveControls } from './CurveControls';
import { Ticks } from './KeyPicker';
import { Section } from './parts';

/** Metrics that are drawn; the others can be chosen. */
const DRAWN = 6;

export function Curves(props: { run: RunDetail }): React.ReactElement | null {
  const { trans } = useTools();
  const [axis, setAxis] = React.useState<CurveAxis>('step');
  const [log, setLog] = React.useState(false);
  const { metrics, main_metric: main } = props.run;
  const keys = metrics
    .filter(metric => metric.count > 1)
    .map(metric => metric.key)
    .sort((a, b) => Number(b === main?.key) - Number(a === main?.key));
  const [chosen, setChosen] = React.useState<readonly string[] | null>(null);
  const drawn = chosen ?? keys.slice(0, DRAWN);
  if (keys.length === 0) {
    return null;
  }
  const points = metrics.reduce((sum, metric) => sum + metric.count, 0);
  return (
    <Section title={trans.__('Curves')} count={keys.length}>
      <div className="nbt-controls">
        <CurveControls axis={axis} log={log} onAxis={setAxis} onLog={setLog} />
      </div>
      <Drawn keys={drawn} axis={axis} log={log} version={String(points)} />
      {keys.length > DRAWN ? (
        <details className="nbt-more">
          <summary>{trans.__('Choose metrics')}</summary>
          <Ticks keys={keys} chosen={drawn} onChange={setChosen} />
        </details>
      ) : null}
    </Section>
  );
}

function Drawn(props: {
  keys: readonly string[];
  axis: CurveAxis;
  log: boolean;
  version: string;
}): React.ReactElement {
  const page = usePage();
  const { keys, axis, log, version } = props;
  const { value, error } = useAnswer(
    () => page.curves(keys, axis),
    `${page.id} ${axis} ${version} ${keys.join('\n')}`
  );
  return (
    <>
      {error ? <p className="nbt-muted">{error.message}</p> : null}
      {value?.curves.map(curve => (
        <Chart key={curve.key} curve={curve} axis={value.axis} log={log} />
      ))}
    </>
  );
}

function Chart(props: {
  curve: RunCurves['curves'][number];
  axis: CurveAxis;
  log: boolean;
}): React.ReactElement {
  const { curve, axis, log } = props;
  const place = React.useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = React.useState('');
  React.useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    void import('../charts').then(({ drawCurve }) => {
      if (!gone && place.current) {
        stop = drawCurve(place.current, curve, axis, log, setPointed);
      }
    });
    return () => {
      gone = true;
      stop?.();
    };
  }, [curve, axis, log]);
  return (
    <figure className="nbt-chart" data-curve={curve.key}>
      <figcaption>
        <span title={curve.key}>{curve.key}</span>
        <span className="nbt-pointed">{pointed}</span>
      </figcaption>
      <div ref={place} />
    </figure>
  );
}
