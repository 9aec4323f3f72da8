/** Which params go with the metric, one at a time. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { Importance } from '../contract';
import { Figure } from './Figure';

/** Shares below it are noise. */
const LEAST = 0.01;
const SHOWN = 20;
const LINE = 22;
const WIDTH = 620;
const NAMES = 200;

export function ImportanceBars(props: { shares: Importance[] }): React.ReactElement | null {
  const { trans } = useTools();
  const shares = props.shares.filter(one => Number(one.share) >= LEAST).slice(0, SHOWN);
  if (props.shares.length === 0) {
    return null;
  }
  const { metric } = props.shares[0];
  return (
    <Figure
      title={trans.__('Params that go with %1', metric)}
      name={`importance ${metric}`}
      tools={
        <span className="nbt-muted">
          {trans.__('share of its spread, one param at a time: an association, no cause')}
        </span>
      }
    >
      {shares.length === 0 ? (
        <p className="nbt-muted">{trans.__('None of them does.')}</p>
      ) : (
        <svg
          className="nbt-plot"
          viewBox={`0 0 ${WIDTH} ${shares.length * LINE}`}
          style={{ maxWidth: WIDTH }}
          role="img"
          aria-label={shares.map(one => `${one.param} ${percent(one)}`).join(', ')}
        >
          {shares.map((one, index) => (
            <g key={one.param} transform={`translate(0 ${index * LINE})`}>
              <title>{`${one.param}: ${percent(one)}`}</title>
              <text x={NAMES - 8} y="15" textAnchor="end">
                {one.param.length > 28 ? `${one.param.slice(0, 27)}…` : one.param}
              </text>
              <rect
                x={NAMES}
                y="4"
                width={(WIDTH - NAMES - 60) * Number(one.share)}
                height="14"
                rx="2"
                stroke="none"
                style={{ fill: 'var(--jp-brand-color1)' }}
              />
              <text x={NAMES + 6 + (WIDTH - NAMES - 60) * Number(one.share)} y="15">
                {percent(one)}
              </text>
            </g>
          ))}
        </svg>
      )}
    </Figure>
  );
}

function percent(one: Importance): string {
  return `${Math.round(100 * Number(one.share))} %`;
}
