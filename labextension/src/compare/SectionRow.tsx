/** The heading of a kind of rows. */

import * as React from 'react';

import { type Translator, useTools } from '../components/context';
import { formatCount } from '../format';
import type { SectionKey, SectionLine } from './rows';

export function SectionRow(props: {
  id: string;
  line: SectionLine;
  active: boolean;
  onToggle(): void;
}): React.ReactElement {
  const { trans } = useTools();
  const { line } = props;
  const { shown, total } = line;
  return (
    <div
      id={props.id}
      className="nbt-grid-section"
      role="rowheader"
      aria-colindex={1}
      data-active={props.active}
    >
      <button
        type="button"
        tabIndex={-1}
        aria-expanded={line.open}
        data-section={line.section}
        onClick={props.onToggle}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={line.open ? 'M4 6l4 4 4-4' : 'M6 4l4 4-4 4'} />
        </svg>
        {sectionText(line.section, trans)}
        <span className="nbt-count">
          {shown < total
            ? trans.__('%1 of %2', formatCount(shown), formatCount(total))
            : formatCount(total)}
        </span>
      </button>
    </div>
  );
}

export function sectionText(section: SectionKey, trans: Translator): string {
  switch (section) {
    case 'metrics':
      return trans.__('Metrics');
    case 'params':
      return trans.__('Parameters');
    case 'data':
      return trans.__('Data');
    case 'git':
      return trans.__('Git');
    case 'environment':
      return trans.__('Environment');
  }
}
