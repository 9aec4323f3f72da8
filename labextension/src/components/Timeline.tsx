/** What happened, in order: the state it began with, its cells, corrections, what it took. */

import * as React from 'react';

import type { RunDetail } from '../contract';
import { formatDuration, formatSize, formatTime } from '../format';
import { type Translator, useTools } from './context';
import { Section, statusText } from './parts';

interface Happening {
  at: number;
  text: string;
  more: string;
}

export function Timeline(props: { run: RunDetail }): React.ReactElement {
  const { trans } = useTools();
  const { run } = props;
  const happenings = [
    started(run, trans),
    ...cells(run, trans),
    ...amendments(run, trans),
    ...ended(run, trans)
  ].sort((a, b) => a.at - b.at);
  return (
    <Section title={trans.__('Timeline')} closed>
      <ol className="nbt-timeline">
        {happenings.map((one, index) => (
          <li key={index}>
            <time dateTime={new Date(one.at).toISOString()} title={formatTime(one.at)}>
              {one.at >= run.started_ms ? '+' : '−'}
              {formatDuration(Math.abs(one.at - run.started_ms))}
            </time>
            <span>{one.text}</span>
            {one.more ? <span className="nbt-muted">{one.more}</span> : null}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function started(run: RunDetail, trans: Translator): Happening {
  const pairs = (facts: Record<string, string> | undefined) =>
    Object.entries(facts ?? {}).map(([key, value]) => `${key} ${value}`);
  const seeds = pairs(run.start?.seeds);
  const threads = pairs(run.start?.threads);
  const more = [
    seeds.length > 0 ? trans.__('seeds: %1', seeds.join(', ')) : '',
    threads.length > 0 ? trans.__('threads: %1', threads.join(', ')) : ''
  ];
  return { at: run.started_ms, text: trans.__('Started'), more: more.filter(Boolean).join('; ') };
}

function cells(run: RunDetail, trans: Translator): Happening[] {
  return run.cells
    .filter(cell => cell.in_run)
    .map(cell => ({
      at: cell.started_ms,
      text: trans.__('Cell [%1] ran', cell.execution_count || cell.seq + 1),
      more: cell.error || (cell.status === 'running' ? trans.__('still running') : '')
    }));
}

function amendments(run: RunDetail, trans: Translator): Happening[] {
  return run.amendments.map(one => ({
    at: one.at_ms,
    text: trans.__('%1 was corrected', one.key),
    more: [`${one.before} → ${one.after}`, one.user].filter(Boolean).join(', ')
  }));
}

function ended(run: RunDetail, trans: Translator): Happening[] {
  if (run.ended_ms === null) {
    return [];
  }
  const took = run.resources;
  const more = took
    ? [
        trans.__('%1 CPU', formatDuration(Number(took.cpu_s) * 1000)),
        trans.__('peak memory %1', formatSize(took.peak_memory)),
        took.gpu_memory > 0 ? trans.__('GPU memory %1', formatSize(took.gpu_memory)) : ''
      ]
    : [];
  return [
    {
      at: run.ended_ms,
      text: statusText(run.status, trans),
      more: [run.reason, ...more].filter(Boolean).join(', ')
    }
  ];
}
