/** One thing over all runs: what differs from the reference stands out, the best is marked. */

import * as React from 'react';

import { useTools } from '../components/context';
import { useComparison } from './context';
import { type FactLine, gap } from './rows';

interface Props {
  line: FactLine;
  /** Its place among the lines. */
  index: number;
  /** Positions of the runs that are on the screen. */
  shown: readonly number[];
  /** Position of the run that the keyboard is on, null for another row. */
  active: number | null;
  onPick(index: number, run: number): void;
}

/** Drawn anew when something about it changed: scrolling past it is not. */
export const DiffRow = React.memo(Cells);

function Cells(props: Props): React.ReactElement {
  const { key } = useComparison();
  const { line, index, shown, active, onPick } = props;
  const direction = line.metric?.direction;
  return (
    <>
      <span
        className="nbt-grid-key"
        role="rowheader"
        aria-colindex={1}
        data-differs={line.differs}
        title={line.key}
      >
        <span className="nbt-grid-name">{line.key}</span>
        {direction ? <Direction direction={direction} /> : null}
      </span>
      {shown.map(position => (
        <DiffCell
          key={position}
          id={cellId(key, index, position)}
          line={line}
          index={index}
          position={position}
          active={active === position}
          onPick={onPick}
        />
      ))}
    </>
  );
}

/** Drawn once, however many columns come and go beside it. */
const DiffCell = React.memo(Cell);

function Cell(props: {
  id: string;
  line: FactLine;
  index: number;
  position: number;
  active: boolean;
  onPick(index: number, run: number): void;
}): React.ReactElement {
  const { line, index, position } = props;
  const value = line.values[position];
  return (
    <span
      id={props.id}
      className="nbt-grid-cell"
      role="gridcell"
      aria-colindex={position + 2}
      data-active={props.active}
      data-changed={line.differs && value !== line.values[0]}
      data-missing={value === null}
      data-metric={line.metric !== null}
      style={{ left: `calc(var(--nbt-key) + ${position} * var(--nbt-column))` }}
      onMouseDown={() => props.onPick(index, position)}
    >
      <Value line={line} position={position} />
    </span>
  );
}

/** What the grid calls its active cell by. */
export function cellId(key: string, line: number, run: number): string {
  return `${key}-cell-${line}-${run}`;
}

function Direction(props: { direction: 'max' | 'min' }): React.ReactElement {
  const { trans } = useTools();
  const more = props.direction === 'max';
  const text = more ? trans.__('higher is better') : trans.__('lower is better');
  return (
    <span className="nbt-direction" role="img" aria-label={text} title={text}>
      {more ? '↑' : '↓'}
    </span>
  );
}

function Value(props: { line: FactLine; position: number }): React.ReactElement {
  const { trans } = useTools();
  const { line, position } = props;
  const { metric } = line;
  const value = line.values[position];
  if (value === null) {
    return <span aria-label={trans.__('none')}>–</span>;
  }
  if (metric === null) {
    return (
      <span className="nbt-grid-text" title={value}>
        {value}
      </span>
    );
  }
  const best = metric.best.includes(position);
  const tie = metric.best.length > 1;
  const more = gap(metric.values[position], metric.values[0], metric.direction);
  return (
    <>
      <strong data-best={best} title={String(metric.values[position])}>
        {value}
      </strong>
      {best ? (
        <span
          className="nbt-best"
          title={
            tie
              ? trans.__('as good as the best of the others')
              : trans.__('the best')
          }
        >
          {tie ? trans.__('tie') : trans.__('best')}
        </span>
      ) : null}
      {more ? (
        <span className="nbt-gap" data-better={more.better}>
          {more.text}
        </span>
      ) : null}
    </>
  );
}
