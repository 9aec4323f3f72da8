/** Curves by uPlot, in the theme's colours. Loaded with the first curve. */

import uPlot from 'uplot';

import type { Curve } from './contract';
import { formatNumber } from './format';

const HEIGHT = 150;

/**
 * Draw a curve into an element, as wide as that is, and keep it so.
 *
 * @returns takes it away again.
 */
export function drawCurve(
  place: HTMLElement,
  curve: Curve,
  axis: 'step' | 'time',
  log: boolean
): () => void {
  const values = curve.y.map(value => (typeof value === 'number' && !(log && value <= 0) ? value : null));
  const data: uPlot.AlignedData = [curve.x, values];
  let plot = new uPlot(options(place, axis, log), data, place);
  const size = new ResizeObserver(() => {
    if (place.clientWidth !== plot.width && place.clientWidth > 0) {
      plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }
  });
  size.observe(place);
  const theme = new MutationObserver(() => {
    plot.destroy();
    plot = new uPlot(options(place, axis, log), data, place);
  });
  theme.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-name'] });
  return () => {
    size.disconnect();
    theme.disconnect();
    plot.destroy();
  };
}

function options(place: HTMLElement, axis: 'step' | 'time', log: boolean): uPlot.Options {
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
    legend: { show: true, live: true },
    cursor: { points: { size: 6 } },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
    axes: [
      { ...quiet, size: 24, space: 60, values: (_, ticks) => ticks.map(tick => label(tick, axis)) },
      { ...quiet, size: 46, space: 28, values: (_, ticks) => ticks.map(tick => formatNumber(tick)) }
    ],
    series: [
      { label: axis === 'time' ? 's' : 'step' },
      {
        label: ' ',
        stroke: colour('--jp-brand-color1'),
        width: 1.5,
        points: { show: false },
        spanGaps: false,
        value: (_, value) => formatNumber(value)
      }
    ]
  };
}

function label(tick: number | null, axis: 'step' | 'time'): string {
  return tick === null ? '' : `${formatNumber(tick)}${axis === 'time' ? ' s' : ''}`;
}
