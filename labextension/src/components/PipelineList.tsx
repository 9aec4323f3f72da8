/** The exported pipelines, each with the verdict of its last verification. */

import * as React from 'react';

import type { Pipeline } from '../contract';
import { formatAge, formatDuration, formatTime } from '../format';
import { VerdictBadge, verdictText } from './badges';
import { useModel, useNow, useTools } from './context';
import { Box } from './Notice';
import { CopyButton, Snippet } from './parts';

export function PipelineList(): React.ReactElement | null {
  const model = useModel();
  const { trans } = useTools();
  const pipelines = model.pipelines?.pipelines;
  if (pipelines === undefined) {
    return null;
  }
  if (pipelines.length === 0) {
    return (
      <Box title={trans.__('No pipelines yet')}>
        <p>{trans.__('Turn your best run into a script that was run again to prove it:')}</p>
        <Snippet code="%track export best -o pipeline" label={trans.__('Copy')} />
      </Box>
    );
  }
  return (
    <div className="nbt-sheets" tabIndex={0} role="region" aria-label={trans.__('Pipelines')}>
      {pipelines.map((pipeline, index) => (
        <PipelineCard key={index} pipeline={pipeline} />
      ))}
    </div>
  );
}

function PipelineCard(props: { pipeline: Pipeline }): React.ReactElement {
  const model = useModel();
  const now = useNow();
  const { trans, openPath, actions } = useTools();
  const { pipeline } = props;
  const { verdict } = pipeline;
  const script = `${pipeline.folder}/pipeline.py`;
  const [, meaning] = verdict && verdict.outcome ? verdictText(verdict.outcome, trans) : ['', ''];
  return (
    <article className="nbt-sheet" data-pipeline={pipeline.folder}>
      <header className="nbt-line">
        <h3 title={pipeline.folder}>
          {openPath ? (
            <button type="button" className="nbt-link" onClick={() => openPath(script)}>
              {pipeline.folder}
            </button>
          ) : (
            pipeline.folder
          )}
        </h3>
        <VerdictBadge outcome={verdict?.outcome ?? ''} />
        <CopyButton
          text={`%track verify ${pipeline.folder}`}
          label={trans.__('Copy the command that verifies it again')}
        />
      </header>
      <p className="nbt-muted">
        {trans.__('from run')}{' '}
        <button
          type="button"
          className="nbt-link"
          onClick={() => model.openRun(pipeline.run_id, pipeline.run_name)}
        >
          {pipeline.run_name}
        </button>
        {' · '}
        <span title={formatTime(pipeline.created_ms)}>{formatAge(now - pipeline.created_ms)}</span>
      </p>
      {actions ? (
        <div className="nbt-actions">
          <button
            type="button"
            className="nbt-button"
            title={trans.__('Run it with other values or data, as a new run')}
            onClick={() => actions.retrain(pipeline.folder)}
          >
            {trans.__('Retrain…')}
          </button>
          <button
            type="button"
            className="nbt-button"
            onClick={() => actions.verify(pipeline.folder)}
          >
            {verdict === null ? trans.__('Verify') : trans.__('Verify again')}
          </button>
        </div>
      ) : null}
      {verdict === null ? (
        <p className="nbt-muted">{trans.__('Not verified yet.')}</p>
      ) : (
        <>
          <p>
            {verdict.culprit || meaning}{' '}
            <span className="nbt-muted">
              {verdict.scope}, {formatDuration(Number(verdict.seconds) * 1000)}
            </span>
          </p>
          <Checks pipeline={pipeline} />
        </>
      )}
    </article>
  );
}

function Checks(props: { pipeline: Pipeline }): React.ReactElement | null {
  const { trans } = useTools();
  const verdict = props.pipeline.verdict;
  if (verdict === null || verdict.checks.length + verdict.unchecked.length === 0) {
    return null;
  }
  const equal = verdict.checks.filter(check => check.equal).length;
  return (
    <details className="nbt-more">
      <summary>{trans.__('%1 of %2 checks equal', equal, verdict.checks.length)}</summary>
      <ul className="nbt-moves">
        {verdict.checks.map((check, index) => (
          <li key={index}>
            {check.equal ? '✓' : '✗'} {check.name}{' '}
            <code>{check.equal ? check.found : `${check.expected} → ${check.found || '–'}`}</code>
          </li>
        ))}
        {verdict.unchecked.map(text => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </details>
  );
}
