/** Curves of many runs over each other by uPlot, each with its own points. Loaded with the first. */

import uPlot from 'uplot';

import type { Curve, CurveAxis } from '../curves';
import { formatNumber } from '../format';
import { keepPainted } from '../redraw';
import { nearest, type Pointed } from './nearest';
import { colourOf, dashOf, resolved } from './palette';
import { smoothed } from './smooth';

const HEIGHT = 280;
const ROOM = 30;

export interface Look {
  axis: CurveAxis;
  log: boolean;
  smoothing: number;
  /** Positions of runs that are not drawn. */
  hidden: ReadonlySet<number>;
}

export interface Overlay {
  /** Let a run stand out, or none. */
  focus(run: number | null): void;
  /** What is drawn, as it is on the screen. */
  readonly canvas: HTMLCanvasElement;
  dispose(): void;
}

/**
 * Draw into an element, as wide as that is, and keep it so.
 *
 * @param tell - gets the point next to the pointer, null when there is none.
 */
export function drawOverlay(
  place: HTMLElement,
  curves: readonly Curve[],
  look: Look,
  tell: (pointed: Pointed | null) => void
): Overlay {
  const shown = curves
    .filter(curve => !look.hidden.has(curve.run))
    .map(curve => ({ ...curve, y: drawable(smoothed(curve.x, curve.y, look.smoothing), look.log) }));
  // the reference is drawn last, above the others
  shown.sort((a, b) => b.run - a.run);
  const data = [null, ...shown.map(({ x, y }) => [x, y])] as unknown as uPlot.AlignedData;
  let focused: number | null = null;

  const onCursor = (of: uPlot) => {
    const { left = -1, top = -1 } = of.cursor;
    if (left < 0) {
      tell(null);
      return;
    }
    const pixels = (value: number, scale: 'x' | 'y') => of.valToPos(value, scale);
    tell(nearest(shown, { left, top }, pixels, of.posToVal(left, 'x')));
  };
  const draw = () => {
    const options = optionsOf(place, look, shown.map(curve => curve.run));
    return new uPlot({ ...options, hooks: { setCursor: [onCursor] } }, data, place);
  };
  const kept = keepPainted(place, HEIGHT, draw, () => focus(focused));
  const focus = (run: number | null) => {
    focused = run;
    const index = shown.findIndex(curve => curve.run === run);
    kept.now.setSeries(index < 0 ? null : index + 1, { focus: true });
  };
  return {
    focus,
    get canvas() {
      return kept.now.ctx.canvas;
    },
    dispose: kept.dispose
  };
}

/** Values without those that have no place on the axis. */
function drawable(values: Float64Array, log: boolean): (number | null)[] {
  return Array.from(values, value =>
    Number.isFinite(value) && !(log && value <= 0) ? value : null
  );
}

function optionsOf(place: HTMLElement, look: Look, runs: readonly number[]): uPlot.Options {
  const colour = (name: string) => resolved(place, `var(${name})`);
  const quiet: uPlot.Axis = {
    stroke: colour('--jp-ui-font-color2'),
    font: `11px ${colour('--jp-ui-font-family')}`,
    grid: { stroke: colour('--jp-border-color2'), width: 1 },
    ticks: { show: false }
  };
  const unit = look.axis === 'time' ? ' s' : '';
  const text = (ticks: (number | null)[], after = '') =>
    ticks.map(tick => (tick === null ? '' : `${formatNumber(tick)}${after}`));
  return {
    mode: 2,
    width: Math.max(200, place.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    focus: { alpha: 0.15 },
    cursor: { points: { show: false }, drag: { x: true, y: true, uni: ROOM } },
    scales: { x: { time: false }, y: { distr: look.log ? 3 : 1 } },
    axes: [
      { ...quiet, size: 28, space: 70, values: (_, ticks) => text(ticks, unit) },
      { ...quiet, scale: 'y', size: 54, space: 34, values: (_, ticks) => text(ticks) }
    ],
    series: [
      {},
      ...runs.map(run => ({
        stroke: resolved(place, colourOf(run)),
        dash: [...dashOf(run)],
        width: run === 0 ? 2.5 : 1.25,
        facets: [
          { scale: 'x', auto: true },
          { scale: 'y', auto: true }
        ],
        paths: uPlot.paths.linear?.(),
        points: { show: false },
        spanGaps: false
      }))
    ]
  };
}
