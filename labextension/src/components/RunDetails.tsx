/** One run: the answer first, then how far to trust it, then everything that was recorded. */

import * as React from 'react';

import type { RunDetail } from '../contract';
import { Artifacts } from './Artifacts';
import { Marks } from './badges';
import { Cells } from './Cells';
import { Changes } from './Changes';
import { usePage, useTools } from './context';
import { Curves } from './Curves';
import { Data } from './Data';
import { CodeFacts, EnvironmentFacts } from './facts';
import { Heading } from './Heading';
import { Lineage } from './Lineage';
import { Metrics } from './Metrics';
import { Models } from './Models';
import { Note } from './Note';
import { Params } from './Params';
import { CopyButton, Snippet } from './parts';
import { RunActions } from './RunActions';
import { Tags } from './Tags';
import { Timeline } from './Timeline';

export function RunDetails(props: { onBack?: () => void }): React.ReactElement {
  const page = usePage();
  const { trans, openWide } = useTools();
  const place = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => place.current?.focus({ preventScroll: true }), []);
  return (
    <div className="nbt-details" data-run={page.id} ref={place} tabIndex={-1}>
      {props.onBack ? (
        <div className="nbt-details-bar">
          <button type="button" className="nbt-back" onClick={props.onBack}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M10 3L5 8l5 5" />
            </svg>
            {trans.__('Runs')}
          </button>
          <code className="nbt-id" title={page.id}>
            {page.id.slice(0, 13)}
          </code>
          <CopyButton text={page.id} label={trans.__('Copy the run id')} />
          {openWide ? (
            <button
              type="button"
              className="nbt-icon-button"
              title={trans.__('Open in a tab')}
              aria-label={trans.__('Open in a tab')}
              onClick={() => openWide(page.id, page.name, page.notebook)}
            >
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M9.5 3H13v3.5M13 3L8.5 7.5M7 3.5H3.5v9h9V9" />
              </svg>
            </button>
          ) : null}
        </div>
      ) : null}
      <div className="nbt-details-body" tabIndex={0} role="region" aria-label={trans.__('Run')}>
        {page.detail ? <Body run={page.detail} /> : null}
        {page.error ? (
          <div className="nbt-failure" role="alert">
            <span>{page.error.message}</span>
            <button type="button" className="nbt-button" onClick={() => void page.refresh()}>
              {trans.__('Retry')}
            </button>
          </div>
        ) : null}
      </div>
    </div>
  );
}

function Body(props: { run: RunDetail }): React.ReactElement {
  const { run } = props;
  const { trans } = useTools();
  return (
    <>
      <div className="nbt-top">
        <Heading run={run} />
        <RunActions run={run} />
        {run.reason ? <p className="nbt-reason">{run.reason}</p> : null}
        <div className="nbt-words">
          <Note run={run} />
          <Tags run={run} />
        </div>
        <Metrics run={run} />
        <Marks run={run} />
        <Changes run={run} />
        <Snippet code={`%track show ${reference(run)}`} label={trans.__('Copy the command')} />
      </div>
      <div className="nbt-parts">
        <Curves run={run} />
        <Params params={run.params} />
        <Data datasets={run.datasets} />
        <Models models={run.models} />
        <Cells run={run} />
        <Lineage run={run} />
        <Artifacts artifacts={run.artifacts} />
        <Timeline run={run} />
        <CodeFacts code={run.code} />
        <EnvironmentFacts environment={run.environment} />
      </div>
    </>
  );
}

/** What a user types to name a run: its name, unless the shell would take that apart. */
function reference(run: RunDetail): string {
  return /^[\w./=-]+$/.test(run.name) ? run.name : run.run_id.slice(0, 16);
}
