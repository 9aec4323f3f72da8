/** Runs beside each other: what is compared, in which part, and that part. */

import * as React from 'react';

import { Boundary } from '../components/Boundary';
import { useTools, type Translator } from '../components/context';
import { CompareBar } from './CompareBar';
import { useComparison } from './context';
import { Curves } from './Curves';
import { DiffTable } from './DiffTable';
import { Failure } from './Failure';
import { type Part, PARTS } from './selection';

export function CompareView(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { found, part } = page;
  const tabs = React.useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      const next = PARTS[(PARTS.indexOf(part) + step + PARTS.length) % PARTS.length];
      page.setPart(next);
      tabs.current?.querySelector<HTMLElement>(`[data-part=${next}]`)?.focus();
      event.preventDefault();
    }
  };
  return (
    <div className="nbt-view nbt-compare" aria-busy={page.loading}>
      <CompareBar />
      <div
        className="nbt-tabs"
        role="tablist"
        aria-label={trans.__('Parts of the comparison')}
        ref={tabs}
        onKeyDown={onKeyDown}
      >
        {PARTS.map(one => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`${page.key}-${one}`}
            data-part={one}
            aria-selected={one === part}
            aria-controls={`${page.key}-part`}
            tabIndex={one === part ? 0 : -1}
            onClick={() => page.setPart(one)}
          >
            {partText(one, trans)}
          </button>
        ))}
      </div>
      <Failure />
      <div
        className="nbt-part"
        role="tabpanel"
        id={`${page.key}-part`}
        aria-labelledby={`${page.key}-${part}`}
      >
        {found === null ? (
          page.error === null ? (
            <p className="nbt-part-body nbt-muted" role="status">
              {trans.__('Loading …')}
            </p>
          ) : null
        ) : (
          <Boundary key={part}>
            <Shown part={part} />
          </Boundary>
        )}
      </div>
    </div>
  );
}

function Shown(props: { part: Part }): React.ReactElement {
  switch (props.part) {
    case 'curves':
      return <Curves />;
    default:
      return <DiffTable />;
  }
}

function partText(part: Part, trans: Translator): string {
  switch (part) {
    case 'table':
      return trans.__('Differences');
    case 'curves':
      return trans.__('Curves');
    case 'data':
      return trans.__('Data');
    case 'code':
      return trans.__('Code');
    case 'statistics':
      return trans.__('Statistics');
    case 'plots':
      return trans.__('Plots');
  }
}
