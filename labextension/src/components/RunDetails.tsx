/** One run: the answer first, then how far to trust it, then everything that was recorded. */

import * as React from 'react';

import type { RunDetail } from '../contract';
import { baseName, formatAge, formatDuration, formatTime } from '../format';
import { Cells } from './Cells';
import { useModel, useNow, useTools } from './context';
import { Metrics } from './Metrics';
import { markText, CopyButton, Snippet, StatusIcon, statusText } from './parts';
import { Artifacts, CodeFacts, Data, EnvironmentFacts, Models, Params, Tags } from './facts';

export function RunDetails(): React.ReactElement | null {
  const model = useModel();
  const { trans } = useTools();
  const place = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => place.current?.focus({ preventScroll: true }), []);
  const { open } = model;
  if (open === null) {
    return null;
  }
  return (
    <div className="nbt-details" data-run={open.id} ref={place} tabIndex={-1}>
      <div className="nbt-details-bar">
        <button type="button" className="nbt-back" onClick={() => model.closeRun()}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M10 3L5 8l5 5" />
          </svg>
          {trans.__('Runs')}
        </button>
        <code className="nbt-id" title={open.id}>
          {open.id.slice(0, 13)}
        </code>
        <CopyButton text={open.id} label={trans.__('Copy the run id')} />
      </div>
      <div className="nbt-details-body">
        {open.detail ? <Body run={open.detail} /> : null}
        {open.error ? (
          <div className="nbt-failure" role="alert">
            <span>{open.error.message}</span>
            <button
              type="button"
              className="nbt-button"
              onClick={() => void model.openRun(open.id, open.name)}
            >
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
      <Heading run={run} />
      {run.reason ? <p className="nbt-reason">{run.reason}</p> : null}
      {run.note ? <p className="nbt-note">{run.note}</p> : null}
      <Tags tags={run.tags} />
      <Metrics run={run} />
      <Marks run={run} />
      <Snippet code={`%track show ${reference(run)}`} label={trans.__('Copy the command')} />
      <Params params={run.params} />
      <Data datasets={run.datasets} />
      <Models models={run.models} />
      <Cells run={run} />
      <CodeFacts code={run.code} />
      <EnvironmentFacts environment={run.environment} />
      <Artifacts artifacts={run.artifacts} />
    </>
  );
}

/** What a user types to name a run: its name, unless the shell would take that apart. */
function reference(run: RunDetail): string {
  return /^[\w./=-]+$/.test(run.name) ? run.name : run.run_id.slice(0, 16);
}

function Heading(props: { run: RunDetail }): React.ReactElement {
  const { run } = props;
  const { trans, openNotebook } = useTools();
  const now = useNow();
  const passed = run.duration_ms ?? now - run.started_ms;
  const name = baseName(run.source);
  return (
    <header className="nbt-heading">
      <h2 title={run.name}>{run.name}</h2>
      <div className="nbt-facts">
        <span className="nbt-pill" data-status={run.status}>
          <StatusIcon status={run.status} reason="" />
          {statusText(run.status, trans)}
        </span>
        <span title={formatTime(run.started_ms)}>{formatAge(now - run.started_ms)}</span>
        <span>{trans.__('took %1', formatDuration(passed))}</span>
      </div>
      <div className="nbt-facts">
        {run.experiment === name.replace(/\.ipynb$/, '') ? null : <span>{run.experiment}</span>}
        {run.source && openNotebook ? (
          <button
            type="button"
            className="nbt-link"
            title={run.source}
            onClick={() => openNotebook(run.source)}
          >
            {name}
          </button>
        ) : (
          <span title={run.source}>{name}</span>
        )}
      </div>
    </header>
  );
}

function Marks(props: { run: RunDetail }): React.ReactElement | null {
  const { trans } = useTools();
  const { marks, status } = props.run;
  if (marks.length === 0) {
    return status === 'FINISHED' ? (
      <p className="nbt-clean">{trans.__('Clean: no honesty mark')}</p>
    ) : null;
  }
  return (
    <ul className="nbt-marks" aria-label={trans.__('Honesty marks')}>
      {marks.map(mark => {
        const [short, meaning] = markText(mark.kind, trans);
        return (
          <li key={mark.kind} data-mark={mark.kind} title={meaning}>
            <strong>{short}</strong> {mark.reason || meaning}
          </li>
        );
      })}
    </ul>
  );
}

