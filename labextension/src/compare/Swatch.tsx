/** The line that a run is drawn with, as small as a letter. */

import * as React from 'react';

import { colourOf, dashOf } from './palette';

export function Swatch(props: { position: number }): React.ReactElement {
  const { position } = props;
  return (
    <svg className="nbt-swatch" viewBox="0 0 16 16" aria-hidden="true">
      <path
        d="M1 8h14"
        style={{ stroke: colourOf(position) }}
        strokeWidth="3"
        strokeDasharray={dashOf(position).join(' ')}
      />
    </svg>
  );
}
