/** Each run as a line over parallel axes: params that differ, then metrics. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { Axis } from '../contract';
import { formatNumber } from '../format';
import { useComparison } from './context';
import { Figure } from './Figure';
import { colourOf, dashOf } from './palette';
import { bare } from './scales';

const WIDTH = 960;
const HEIGHT = 300;
const TOP = 40;
const BOTTOM = 20;
const SIDE = 70;
/** From so many runs on each line is lighter, so that where many lie together shows. */
const MANY = 20;
/** Names of an axis that there is room for. */
const NAMES = 12;

export function Parallel(props: {
  axes: readonly Axis[];
  focus: number | null;
  onFocus(run: number | null): void;
}): React.ReactElement | null {
  const page = useComparison();
  const { trans } = useTools();
  const { axes, focus, onFocus } = props;
  if (axes.length < 2) {
    return null;
  }
  const x = (axis: number) => SIDE + (axis * (WIDTH - 2 * SIDE)) / (axes.length - 1);
  const order = page.runs.map((_, position) => position).reverse();
  // the line that stands out is drawn above the others
  order.sort((a, b) => Number(a === focus) - Number(b === focus));
  return (
    <Figure
      title={trans.__('Parallel coordinates')}
      name="parallel"
      legend={page.runs.map(({ name }, position) => ({ name, position }))}
      tools={<span className="nbt-pointed">{focus === null ? '' : page.runs[focus]?.name}</span>}
    >
      <svg
        className="nbt-plot nbt-parallel"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={trans.__('%1 runs over %2 axes', page.runs.length, axes.length)}
      >
        {order.map(position => {
          const run = page.runs[position];
          return (
            <path
              key={run.run_id}
              d={lineOf(axes, position, x)}
              style={{ stroke: colourOf(position) }}
              strokeWidth={focus === position ? 4 : position === 0 ? 2.5 : 1.5}
              strokeOpacity={page.runs.length > MANY && position > 0 && focus !== position ? 0.45 : 1}
              strokeDasharray={dashOf(position).join(' ')}
              data-faded={focus !== null && focus !== position}
              onMouseEnter={() => onFocus(position)}
              onMouseLeave={() => onFocus(null)}
            >
              <title>{run.name}</title>
            </path>
          );
        })}
        {axes.map((axis, index) => (
          <AxisLine key={index} axis={axis} x={x(index)} room={(WIDTH - 2 * SIDE) / axes.length} />
        ))}
      </svg>
    </Figure>
  );
}

function AxisLine(props: { axis: Axis; x: number; room: number }): React.ReactElement {
  const { axis, x, room } = props;
  const { labels } = axis;
  const most = Math.max(6, Math.floor(room / 7));
  const step = 1 / Math.max(1, labels.length - 1);
  const arrow = axis.direction === null ? '' : axis.direction === 'max' ? ' ↑' : ' ↓';
  return (
    <g>
      <path className="nbt-axis" d={`M${x} ${TOP}V${HEIGHT - BOTTOM}`} />
      <text x={x} y={TOP - 18} textAnchor="middle" data-strong="true">
        <title>{axis.key}</title>
        {cut(axis.key, most) + arrow}
      </text>
      {labels.slice(0, NAMES).map((label, index) => (
        <text
          key={index}
          className="nbt-on-line"
          x={x + 5}
          y={y(labels.length > 1 ? index * step : 0.5) + (index > 0 ? 10 : -4)}
        >
          {cut(axis.scale === 'category' ? bare(label) : formatNumber(Number(label)), most)}
        </text>
      ))}
    </g>
  );
}

/** The line of a run; it breaks where the run has no value. */
function lineOf(axes: readonly Axis[], run: number, x: (axis: number) => number): string {
  let path = '';
  let joined = false;
  axes.forEach((axis, index) => {
    const place = axis.places[run];
    if (typeof place === 'number') {
      path += `${joined ? 'L' : 'M'}${x(index).toFixed(1)} ${y(place).toFixed(1)}`;
    }
    joined = typeof place === 'number';
  });
  return path;
}

function y(share: number): number {
  return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
