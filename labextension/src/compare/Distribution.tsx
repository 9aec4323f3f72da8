/** Two distributions over each other: the reference as an area, the other run as a line. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { Float, Overlay } from '../contract';
import { formatNumber } from '../format';
import { useComparison } from './context';
import { colourOf } from './palette';

const WIDTH = 320;
const HEIGHT = 90;
const LINE = 20;
const NAMES = 110;

export function Distribution(props: { overlay: Overlay; name: string }): React.ReactElement | null {
  const page = useComparison();
  const { trans } = useTools();
  const { overlay, name } = props;
  const label = trans.__('How the values of %1 are distributed in both runs', name);
  const colours = [colourOf(0), colourOf(page.other)] as const;
  const most = Math.max(...[...overlay.before, ...overlay.after].map(Number));
  if (!(most > 0)) {
    return null;
  }
  return overlay.labels.length > 0 ? (
    <Values overlay={overlay} label={label} colours={colours} most={most} />
  ) : (
    <Range overlay={overlay} label={label} colours={colours} most={most} />
  );
}

interface Drawn {
  overlay: Overlay;
  label: string;
  colours: readonly [string, string];
  most: number;
}

function Range(props: Drawn): React.ReactElement {
  const { overlay, label, colours, most } = props;
  const { edges, before, after } = overlay;
  const [area, line] = [before, after].map(shares => outline(shares, most));
  return (
    <svg
      className="nbt-distribution"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 16}`}
      role="img"
      aria-label={label}
    >
      <path d={`${area}V${HEIGHT}H0Z`} style={{ fill: colours[0], fillOpacity: 0.25 }} stroke="none" />
      <path d={area} style={{ stroke: colours[0] }} />
      <path d={line} style={{ stroke: colours[1] }} strokeWidth="2" />
      <path d={`M0 ${HEIGHT}H${WIDTH}`} className="nbt-axis" />
      <text x="0" y={HEIGHT + 13}>
        {formatNumber(edges[0])}
      </text>
      <text x={WIDTH} y={HEIGHT + 13} textAnchor="end">
        {formatNumber(edges[edges.length - 1])}
      </text>
    </svg>
  );
}

/** Steps from bin to bin. */
function outline(shares: readonly Float[], most: number): string {
  const wide = WIDTH / shares.length;
  const steps = shares.map((share, index) => {
    const y = (HEIGHT - (HEIGHT - 4) * (Number(share) / most)).toFixed(1);
    return `V${y}H${((index + 1) * wide).toFixed(1)}`;
  });
  return `M0 ${HEIGHT}${steps.join('')}`;
}

function Values(props: Drawn): React.ReactElement {
  const { overlay, label, colours, most } = props;
  const { labels, before, after } = overlay;
  const room = WIDTH - NAMES - 46;
  const bar = (share: Float) => Math.max(0.5, (room * Number(share)) / most);
  const percent = (share: Float) => `${(100 * Number(share)).toFixed(0)} %`;
  return (
    <svg
      className="nbt-distribution"
      viewBox={`0 0 ${WIDTH} ${labels.length * LINE}`}
      role="img"
      aria-label={label}
    >
      {labels.map((name, index) => (
        <g key={index} transform={`translate(0 ${index * LINE})`}>
          <title>{`${name}: ${percent(before[index])} → ${percent(after[index])}`}</title>
          <text x={NAMES - 6} y="13" textAnchor="end">
            {name.length > 16 ? `${name.slice(0, 15)}…` : name}
          </text>
          <rect
            x={NAMES}
            y="3"
            width={bar(before[index])}
            height="6"
            style={{ fill: colours[0], fillOpacity: 0.45 }}
            stroke="none"
          />
          <rect
            x={NAMES}
            y="10"
            width={bar(after[index])}
            height="6"
            style={{ fill: colours[1] }}
            stroke="none"
          />
          <text x={WIDTH} y="13" textAnchor="end">
            {percent(after[index])}
          </text>
        </g>
      ))}
    </svg>
  );
}
