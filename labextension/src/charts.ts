/** Curves by uPlot, in the theme's colours. Loaded with the first curve. */

import uPlot from 'uplot';

import type { Curve } from './contract';
import type { CurveAxis } from './curves';
import { formatNumber } from './format';
import { keepPainted } from './redraw';

const HEIGHT = 150;

/**
 * Draw a curve into an element, as wide as that is, and keep it so.
 *
 * @param tell - gets the point under the pointer as text, empty when there is none.
 * @returns takes it away again.
 */
export function drawCurve(
  place: HTMLElement,
  curve: Curve,
  axis: CurveAxis,
  log: boolean,
  tell: (pointed: string) => void
): () => void {
  const values = curve.y.map(value => (typeof value === 'number' && !(log && value <= 0) ? value : null));
  const data: uPlot.AlignedData = [curve.x, values];
  const cursor = (of: uPlot) => {
    const index = of.cursor.idx ?? null;
    const point = index === null ? undefined : curve.y[index];
    tell(point === undefined ? '' : `${label(curve.x[index!], axis)}: ${formatNumber(point)}`);
  };
  const draw = () => new uPlot({ ...options(place, axis, log), hooks: { setCursor: [cursor] } }, data, place);
  return keepPainted(place, HEIGHT, draw).dispose;
}

function options(place: HTMLElement, axis: CurveAxis, log: boolean): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const quiet: uPlot.Axis = {
    stroke: colour('--jp-ui-font-color2'),
    font: `10px ${colour('--jp-ui-font-family')}`,
    grid: { stroke: colour('--jp-border-color2'), width: 1 },
    ticks: { show: false }
  };
  return {
    width: Math.max(120, place.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { size: 6 } },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
    axes: [
      { ...quiet, size: 24, space: 60, values: (_, ticks) => ticks.map(tick => label(tick, axis)) },
      { ...quiet, size: 46, space: 28, values: (_, ticks) => ticks.map(tick => formatNumber(tick)) }
    ],
    series: [
      {},
      {
        stroke: colour('--jp-brand-color1'),
        width: 1.5,
        points: { show: false },
        spanGaps: false
      }
    ]
  };
}

function label(tick: number | null, axis: CurveAxis): string {
  return tick === null ? '' : `${formatNumber(tick)}${axis === 'time' ? ' s' : ''}`;
}
