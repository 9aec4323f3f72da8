/** A run as `%track show` saved it: what was measured, how far to trust it, and what it was made of. */

import * as React from 'react';

import { Marks } from '../components/badges';
import { Execution } from '../components/Cells';
import { useTools } from '../components/context';
import { Data } from '../components/Data';
import { EnvironmentFacts, gitRows } from '../components/facts';
import { Metrics } from '../components/Metrics';
import { Models } from '../components/Models';
import { Params } from '../components/Params';
import { Pairs, Section, StatusIcon, statusText } from '../components/parts';
import type { RunDetail } from '../contract';
import { formatDuration, formatTime } from '../format';
import { RunName } from './RunName';

/** How many tags are shown, and how much of each. */
const [TAGS, TAG] = [50, 80];

export function RunCard(props: { run: RunDetail }): React.ReactElement {
  const { run } = props;
  const { trans } = useTools();
  const cells = run.cells.filter(cell => cell.in_run);
  return (
    <article className="nbt-output-run" aria-label={run.name}>
      <header className="nbt-line">
        <h3>
          <RunName id={run.run_id} name={run.name} />
        </h3>
        <span className="nbt-pill" data-status={run.status}>
          <StatusIcon status={run.status} reason="" />
          {statusText(run.status, trans)}
        </span>
        <span className="nbt-facts">
          <span>{run.experiment}</span>
          <span>{formatTime(run.started_ms)}</span>
          {run.duration_ms === null ? null : (
            <span>{trans.__('took %1', formatDuration(run.duration_ms))}</span>
          )}
        </span>
      </header>
      <div className="nbt-top">
        {run.reason ? <p className="nbt-reason">{run.reason}</p> : null}
        {run.note ? <p className="nbt-note">{run.note}</p> : null}
        <Metrics run={run} />
        <Marks run={run} />
        <Tags tags={run.tags} />
      </div>
      <div className="nbt-parts">
        <Params params={run.params} />
        <Data datasets={run.datasets} />
        <Models models={run.models} />
        {cells.length > 0 ? (
          <Section title={trans.__('Cells')} count={cells.length} closed>
            {cells.map(cell => (
              <Execution key={cell.seq} cell={cell} source={run.source} />
            ))}
          </Section>
        ) : null}
        {run.code ? (
          <Section title={trans.__('Git')} closed>
            <Pairs rows={gitRows(run.code, trans)} />
          </Section>
        ) : null}
        <EnvironmentFacts environment={run.environment} />
      </div>
    </article>
  );
}

function Tags(props: { tags: Record<string, string> }): React.ReactElement | null {
  // those of ours are no words of the user
  const tags = Object.entries(props.tags).filter(([key]) => !key.startsWith('nbtrail.'));
  return tags.length === 0 ? null : (
    <p className="nbt-tags">
      {tags.slice(0, TAGS).map(([key, value]) => (
        <span key={key} className="nbt-badge" title={`${key} = ${value}`}>
          {`${key} = ${value}`.slice(0, TAG)}
        </span>
      ))}
    </p>
  );
}
