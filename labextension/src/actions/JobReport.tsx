/** A job as it goes: what is tried, what was found, and what came of it. */

import * as React from 'react';

import { VerdictBadge, verdictText } from '../components/badges';
import { useTools } from '../components/context';
import { Problem } from '../components/parts';
import type { Job } from '../contract';

export function JobReport(props: { job: Job }): React.ReactElement {
  const { trans } = useTools();
  const { job } = props;
  const last = job.steps.length - 1;
  return (
    <div className="nbt-job" data-state={job.state}>
      <ol className="nbt-rungs" aria-label={trans.__('What was tried')} aria-live="polite">
        {job.steps.map((step, index) => (
          <li key={index} data-current={job.state === 'running' && index === last}>
            <span>{step.text}</span>
            {step.found ? <span className="nbt-rung-found">{step.found}</span> : null}
          </li>
        ))}
        {job.state === 'running' && last < 0 ? (
          <li data-current={true}>{trans.__('Starting the Python of the run …')}</li>
        ) : null}
      </ol>
      <End job={job} />
    </div>
  );
}

function End(props: { job: Job }): React.ReactElement | null {
  const { trans } = useTools();
  const { job } = props;
  switch (job.state) {
    case 'running':
      return null;
    case 'done':
      return (
        <p className="nbt-job-end" role="status">
          <VerdictBadge outcome={job.outcome} />{' '}
          {job.culprit || (job.outcome ? verdictText(job.outcome, trans)[1] : '')}
        </p>
      );
    case 'stopped':
      return (
        <p className="nbt-job-end" role="status">
          {trans.__('Stopped. Nothing was written.')}
        </p>
      );
    case 'failed':
      return <Problem text={job.message} />;
  }
}
