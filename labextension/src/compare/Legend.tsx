/** Which line is which run: pointing lets it stand out, a click hides or shows it. */

import * as React from 'react';

import { useTools } from '../components/context';
import { useComparison } from './context';
import { Swatch } from './Swatch';

export function Legend(props: {
  /** Ids of the runs that are not drawn. */
  hidden: ReadonlySet<string>;
  /** Position of the run that stands out. */
  focus: number | null;
  onFocus(run: number | null): void;
  onToggle(id: string): void;
}): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { hidden, focus, onFocus, onToggle } = props;
  return (
    <ul className="nbt-legend" aria-label={trans.__('Runs')} onMouseLeave={() => onFocus(null)}>
      {page.runs.map((run, position) => (
        <li key={run.run_id}>
          <button
            type="button"
            className="nbt-choice"
            aria-pressed={!hidden.has(run.run_id)}
            data-focus={focus === position}
            title={run.name}
            onMouseEnter={() => onFocus(position)}
            onFocus={() => onFocus(position)}
            onBlur={() => onFocus(null)}
            onClick={() => onToggle(run.run_id)}
          >
            <Swatch position={position} />
            <span className="nbt-choice-name">{run.name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
