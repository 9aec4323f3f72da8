/** Any param or metric against any other, one point for each run. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { Comparison } from '../contract';
import { useComparison } from './context';
import { Figure } from './Figure';
import { colourOf } from './palette';
import { type Scale, scaleOf } from './scales';

const WIDTH = 960;
const HEIGHT = 320;
const LEFT = 90;
const BOTTOM = 44;
const PAD = 12;
/** A list to choose from has no more. */
const MOST = 500;

export function Scatter(props: {
  focus: number | null;
  onFocus(run: number | null): void;
}): React.ReactElement | null {
  const page = useComparison();
  const { trans } = useTools();
  const { runs } = page;
  const found = page.found!;
  const names = React.useMemo(() => keysOf(found), [found]);
  const [across, setAcross] = React.useState<string | null>(null);
  const [up, setUp] = React.useState<string | null>(null);
  if (names.length < 2) {
    return null;
  }
  const x = across ?? names.find(name => name.startsWith('params.')) ?? names[1];
  const y = up ?? names.find(name => name.startsWith('metrics.') && name !== x) ?? names[0];
  const [xs, ys] = [valuesOf(found, x), valuesOf(found, y)];
  const [right, top] = [scaleOf(xs), scaleOf(ys)];
  const points = runs.flatMap((run, position) => {
    const [px, py] = [right.at(xs[position] ?? null), top.at(ys[position] ?? null)];
    return px === null || py === null ? [] : [{ run, position, px, py }];
  });
  const choice = (value: string, label: string, take: (name: string) => void) => (
    <select value={value} aria-label={label} onChange={event => take(event.target.value)}>
      {names.map(name => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
  const missing = runs.length - points.length;
  return (
    <Figure
      title={trans.__('Scatter')}
      name={`${y} ${x}`}
      caption={trans.__('%1 over %2', y, x)}
      legend={points.map(({ run, position }) => ({ name: run.name, position }))}
      mark="point"
      tools={
        <>
          {choice(y, trans.__('Vertical axis of the scatter plot'), setUp)}
          <span className="nbt-muted">{trans.__('over')}</span>
          {choice(x, trans.__('Horizontal axis of the scatter plot'), setAcross)}
          <span className="nbt-pointed">
            {props.focus === null ? '' : runs[props.focus]?.name}
          </span>
          {missing > 0 ? (
            <span className="nbt-muted">
              {trans._n('%1 run has no value', '%1 runs have no value', missing, missing)}
            </span>
          ) : null}
        </>
      }
    >
      <svg
        className="nbt-plot"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={trans.__('%1 over %2 of %3 runs', y, x, points.length)}
      >
        <Axes right={right} top={top} x={x} y={y} />
        {points.map(({ run, position, px, py }) => (
          <circle
            key={run.run_id}
            cx={placeX(px)}
            cy={placeY(py)}
            r={props.focus === position ? 8 : position === 0 ? 6.5 : 5}
            style={{ fill: colourOf(position), stroke: 'var(--jp-layout-color1)' }}
            data-faded={props.focus !== null && props.focus !== position}
            onMouseEnter={() => props.onFocus(position)}
            onMouseLeave={() => props.onFocus(null)}
          >
            <title>{`${run.name}\n${y} = ${ys[position]}\n${x} = ${xs[position]}`}</title>
          </circle>
        ))}
      </svg>
    </Figure>
  );
}

function Axes(props: { right: Scale; top: Scale; x: string; y: string }): React.ReactElement {
  const { right, top, x, y } = props;
  return (
    <g>
      {top.ticks.map(({ place, text }, index) => (
        <g key={index}>
          <path className="nbt-rule" d={`M${LEFT} ${placeY(place)}H${WIDTH - PAD}`} />
          <text x={LEFT - 8} y={placeY(place) + 4} textAnchor="end">
            {cut(text)}
          </text>
        </g>
      ))}
      {right.ticks.map(({ place, text }, index) => (
        <text key={index} x={placeX(place)} y={HEIGHT - BOTTOM + 16} textAnchor="middle">
          {cut(text)}
        </text>
      ))}
      <path className="nbt-axis" d={`M${LEFT} ${PAD}V${HEIGHT - BOTTOM}H${WIDTH - PAD}`} />
      <text x={(LEFT + WIDTH) / 2} y={HEIGHT - 6} textAnchor="middle" data-strong="true">
        {x}
      </text>
      <text
        transform={`translate(14 ${(HEIGHT - BOTTOM) / 2}) rotate(-90)`}
        textAnchor="middle"
        data-strong="true"
      >
        {y}
      </text>
    </g>
  );
}

// points keep clear of the axes
function placeX(share: number): number {
  return LEFT + 16 + share * (WIDTH - LEFT - PAD - 40);
}

function placeY(share: number): number {
  return HEIGHT - BOTTOM - 14 - share * (HEIGHT - BOTTOM - PAD - 28);
}

function cut(text: string): string {
  return text.length > 13 ? `${text.slice(0, 12)}…` : text;
}

/** What can be drawn: metrics, then params; those that differ come first. */
function keysOf(found: Comparison): string[] {
  return [
    ...found.metrics.slice(0, MOST).map(row => `metrics.${row.key}`),
    ...found.params.slice(0, MOST).map(row => `params.${row.key}`)
  ];
}

function valuesOf(found: Comparison, name: string): readonly (string | number | null)[] {
  const key = name.slice(name.indexOf('.') + 1);
  const rows = name.startsWith('metrics.') ? found.metrics : found.params;
  return rows.find(row => row.key === key)?.values ?? [];
}
