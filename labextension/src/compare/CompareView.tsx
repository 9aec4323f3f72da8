/** Runs beside each other: what is compared, in which part, and that part. */

import * as React from 'react';

import { Boundary } from '../components/Boundary';
import { useTools, type Translator } from '../components/context';
import { Causes } from './Causes';
import { CodeDiffs } from './CodeDiffs';
import { CompareBar } from './CompareBar';
import { useComparison } from './context';
import { Curves } from './Curves';
import { DataDiffs } from './DataDiffs';
import { DiffTable } from './DiffTable';
import { Failure } from './Failure';
import { Images } from './Images';
import { Plots } from './Plots';
import { type Part, PARTS } from './selection';
import { Statistics } from './Statistics';

/**
 * @param parts - those that are offered, instead of all.
 * @param bar - stands above them, instead of what changes the runs.
 */
export function CompareView(props: {
  parts?: readonly Part[];
  bar?: React.ReactElement;
}): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { found } = page;
  const parts = props.parts ?? PARTS.filter(one => one !== 'images' || (found?.images.length ?? 0) > 0);
  const part = parts.includes(page.part) ? page.part : 'table';
  const tabs = React.useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      const next = parts[(parts.indexOf(part) + step + parts.length) % parts.length];
      page.setPart(next);
      tabs.current?.querySelector<HTMLElement>(`[data-part=${next}]`)?.focus();
      event.preventDefault();
    }
  };
  return (
    <div className="nbt-view nbt-compare" aria-busy={page.loading}>
      {props.bar ?? <CompareBar />}
      <div
        className="nbt-tabs"
        role="tablist"
        aria-label={trans.__('Parts of the comparison')}
        ref={tabs}
        onKeyDown={onKeyDown}
      >
        {parts.map(one => (
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
    case 'table':
      return <DiffTable />;
    case 'curves':
      return <Curves />;
    case 'why':
      return <Causes />;
    case 'data':
      return <DataDiffs />;
    case 'code':
      return <CodeDiffs />;
    case 'images':
      return <Images />;
    case 'statistics':
      return <Statistics />;
    case 'plots':
      return <Plots />;
  }
}

function partText(part: Part, trans: Translator): string {
  switch (part) {
    case 'table':
      return trans.__('Differences');
    case 'curves':
      return trans.__('Curves');
    case 'why':
      return trans.__('Why');
    case 'data':
      return trans.__('Data');
    case 'code':
      return trans.__('Code');
    case 'images':
      return trans.__('Images');
    case 'statistics':
      return trans.__('Statistics');
    case 'plots':
      return trans.__('Plots');
  }
}
