/** Lines that were added and removed. */

import * as React from 'react';

import type { DiffLine } from '../diff';

const SIGNS: Record<DiffLine['kind'], string> = {
  same: ' ',
  added: '+',
  removed: '-',
  skipped: '⋯'
};

export function DiffView(props: { lines: DiffLine[] }): React.ReactElement {
  return (
    <pre className="nbt-diff" tabIndex={0}>
      {props.lines.map((line, index) => (
        <span key={index} data-kind={line.kind}>
          {`${SIGNS[line.kind]} ${line.text}\n`}
        </span>
      ))}
    </pre>
  );
}
