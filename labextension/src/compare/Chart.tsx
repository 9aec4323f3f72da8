/** One metric of all runs; the library that draws it is loaded by then. */

import * as React from 'react';

import { useAnswer, useTools } from '../components/context';
import { formatNumber } from '../format';
import { useComparison } from './context';
import type { Pointed } from './nearest';
import type { Look, Overlay } from './overlay';
import { picturedChart } from './picture';
import { fileName, savePicture } from './saving';

export function Chart(
  props: Look & {
    metric: string;
    focus: number | null;
    onFocus(run: number | null): void;
  }
): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { metric, axis, log, smoothing, hidden, focus, onFocus } = props;
  const place = React.useRef<HTMLDivElement>(null);
  const overlay = React.useRef<Overlay | null>(null);
  const [pointed, setPointed] = React.useState<Pointed | null>(null);
  const { value, error } = useAnswer(
    () => page.curves(metric, axis),
    // what ended does not change any more
    `${page.ids.join()} ${axis} ${page.running ? page.answers : ''} ${metric}`
  );
  React.useEffect(() => {
    let gone = false;
    if (value === null || value.length === 0) {
      return;
    }
    void import('./overlay').then(({ drawOverlay }) => {
      if (!gone && place.current) {
        overlay.current = drawOverlay(place.current, value, { axis, log, smoothing, hidden }, to => {
          setPointed(to);
          onFocus(to?.run ?? null);
        });
      }
    });
    return () => {
      gone = true;
      overlay.current?.dispose();
      overlay.current = null;
    };
  }, [value, axis, log, smoothing, hidden]);
  React.useEffect(() => overlay.current?.focus(focus), [focus]);
  const save = () => {
    if (overlay.current && value) {
      const drawn = value.filter(curve => !hidden.has(curve.run));
      const runs = drawn.map(({ run }) => ({ name: page.runs[run].name, position: run }));
      const title =
        axis === 'time' ? trans.__('%1 over time', metric) : trans.__('%1 over steps', metric);
      const picture = picturedChart(overlay.current.canvas, { title, runs, mark: 'line' });
      savePicture(picture, fileName(metric, 'png'));
    }
  };
  const run = pointed === null ? undefined : page.runs[pointed.run];
  return (
    <figure className="nbt-chart" data-curve={metric}>
      <figcaption>
        <strong title={metric}>{metric}</strong>
        <span className="nbt-pointed">
          {run && pointed
            ? `${run.name} · ${formatNumber(pointed.x)}${axis === 'time' ? ' s' : ''}: ${formatNumber(pointed.y)}`
            : ''}
        </span>
        <button
          type="button"
          className="nbt-link nbt-save"
          aria-label={trans.__('Save %1 as a picture', metric)}
          onClick={save}
        >
          {trans.__('PNG')}
        </button>
      </figcaption>
      {error ? <p className="nbt-muted">{error.message}</p> : null}
      {value === null && !error ? (
        <p className="nbt-muted">{trans.__('Loading …')}</p>
      ) : null}
      {value?.length === 0 ? (
        <p className="nbt-muted">{trans.__('None of these runs has this metric.')}</p>
      ) : null}
      <div
        ref={place}
        className="nbt-canvas"
        role="img"
        aria-label={trans.__('Curves of %1 of %2 runs', metric, value?.length ?? 0)}
      />
    </figure>
  );
}
