/** A pipeline that is trained again, as it goes: what it prints, then its metrics. */

import * as React from 'react';

import { useTools } from '../components/context';
import { Problem, Snippet } from '../components/parts';
import type { Job, Retrained } from '../contract';
import { formatDuration } from '../format';
import { ContestTable } from './ContestTable';
import { outcomeRows } from './retraining';

export function RetrainReport(props: { job: Job; onWatch?: () => void }): React.ReactElement {
  const { trans } = useTools();
  const { job, onWatch } = props;
  return (
    <div className="nbt-job" data-state={job.state}>
      {job.retrained ? <Outcome retrained={job.retrained} /> : null}
      {job.state === 'running' ? (
        <p className="nbt-working" role="status">
          {job.steps.length === 0
            ? trans.__('Starting the Python of the run …')
            : onWatch
              ? trans.__('Training …')
              : trans.__('Loading its packages …')}{' '}
          {onWatch ? (
            <button type="button" className="nbt-link" onClick={onWatch}>
              {trans.__('Watch its run')}
            </button>
          ) : null}
        </p>
      ) : null}
      {job.state === 'stopped' ? (
        <p className="nbt-job-end" role="status">
          {onWatch
            ? trans.__('Stopped. Its run is kept as one that was interrupted.')
            : trans.__('Stopped. Nothing was recorded.')}
        </p>
      ) : null}
      <Output lines={job.output} folded={job.state === 'done'} />
      {job.state === 'failed' ? (
        <>
          <Problem text={job.message} />
          <Snippet code={job.command} label={trans.__('Copy the command')} />
        </>
      ) : null}
    </div>
  );
}

function Outcome(props: { retrained: Retrained }): React.ReactElement {
  const { trans } = useTools();
  const { retrained } = props;
  const { changed } = retrained;
  return (
    <>
      <p className="nbt-job-end" role="status">
        <span className="nbt-done" aria-hidden="true">
          ✓
        </span>{' '}
        {trans.__(
          'A new run was recorded in %1.',
          formatDuration(Number(retrained.seconds) * 1000)
        )}{' '}
        {changed.length === 0 ? trans.__('It has the recorded values.') : null}
      </p>
      {changed.length > 0 ? (
        <ul className="nbt-changed" aria-label={trans.__('Changed parameters')}>
          {changed.map(({ name, recorded, value }) => (
            <li key={name}>
              {name} <s>{recorded || '""'}</s> <strong>{value || '""'}</strong>
            </li>
          ))}
        </ul>
      ) : null}
      <ContestTable
        rows={outcomeRows(retrained)}
        heads={[trans.__('Recorded'), trans.__('Now')]}
      />
    </>
  );
}

/** What the script printed; it stays at its end as long as nobody looks further up. */
function Output(props: { lines: readonly string[]; folded: boolean }): React.ReactElement | null {
  const { trans } = useTools();
  const place = React.useRef<HTMLPreElement>(null);
  const atEnd = React.useRef(true);
  const text = props.lines.join('\n');
  React.useEffect(() => {
    const pre = place.current;
    if (pre && atEnd.current) {
      pre.scrollTop = pre.scrollHeight;
    }
  }, [text, props.folded]);
  if (text === '') {
    return null;
  }
  const pre = (
    <pre
      ref={place}
      className="nbt-output"
      role="log"
      aria-label={trans.__('Output of the script')}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 8;
      }}
    >
      {text}
    </pre>
  );
  return props.folded ? (
    <details className="nbt-more">
      <summary>{trans.__('Output of the script')}</summary>
      {pre}
    </details>
  ) : (
    pre
  );
}
