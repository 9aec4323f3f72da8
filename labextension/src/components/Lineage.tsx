/** The executed cells behind a result as a graph: one a line, with arcs from maker to user. */

import * as React from 'react';

import type { Ancestry, FileOrigin, RunDetail } from '../contract';
import { useAnswer, usePage, useTools } from './context';
import { Section } from './parts';

const ROW = 28;
const STEP = 10;
const WIDEST = 6;
/** A longer list is no picture any more. */
const MOST = 60;

export function Lineage(props: { run: RunDetail }): React.ReactElement | null {
  const { trans } = useTools();
  const page = usePage();
  const [open, setOpen] = React.useState(false);
  const { run } = props;
  if (run.last_cell < 0) {
    return null;
  }
  return (
    <Section title={trans.__('Lineage')} closed onToggle={setOpen}>
      {open ? <Loaded key={page.id} run={run} /> : null}
    </Section>
  );
}

function Loaded(props: { run: RunDetail }): React.ReactElement {
  const { trans } = useTools();
  const page = usePage();
  const { run } = props;
  const { value, error } = useAnswer(() => page.lineage(), `${run.run_id} ${run.status}`);
  if (value === null) {
    return <p className="nbt-muted">{error ? error.message : trans.__('Following the cells …')}</p>;
  }
  return (
    <>
      {value.origins.length > 0 ? <Origins origins={value.origins} /> : null}
      <Graph ancestry={value} source={run.source} />
    </>
  );
}

function Origins(props: { origins: FileOrigin[] }): React.ReactElement {
  const { trans, openNotebook } = useTools();
  return (
    <ul className="nbt-moves">
      {props.origins.map(origin => (
        <li key={origin.path}>
          <strong>{origin.path}</strong> {trans.__('was made by')}{' '}
          {origin.notebook && openNotebook ? (
            <button
              type="button"
              className="nbt-link"
              onClick={() => openNotebook(origin.notebook)}
            >
              {origin.notebook} [{origin.execution_count}]
            </button>
          ) : (
            <span>[{origin.execution_count}]</span>
          )}
          {origin.changed ? (
            <span className="nbt-badge" data-mark="stale">
              {trans.__('changed since')}
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function Graph(props: { ancestry: Ancestry; source: string }): React.ReactElement {
  const { trans, openNotebook } = useTools();
  const page = usePage();
  const { ancestry, source } = props;
  const cells = ancestry.cells.slice(-MOST);
  const rows = new Map(cells.map((cell, index) => [cell.seq, index]));
  const links = ancestry.links.filter(link => rows.has(link.maker) && rows.has(link.user));
  const idOf = new Map(page.detail?.cells.map(cell => [cell.seq, cell.cell_id]));
  const reaches = links.map(link => (rows.get(link.user) ?? 0) - (rows.get(link.maker) ?? 0));
  const width = 16 + STEP * Math.min(WIDEST, Math.max(0, ...reaches));
  const middle = (seq: number) => (rows.get(seq) ?? 0) * ROW + ROW / 2;
  if (cells.length === 0) {
    return <p className="nbt-muted">{trans.__('No recorded cell made its result.')}</p>;
  }
  return (
    <div className="nbt-graph">
      <svg
        width={width}
        height={cells.length * ROW}
        viewBox={`0 0 ${width} ${cells.length * ROW}`}
        aria-hidden="true"
      >
        {links.map((link, index) => {
          const [from, to] = [middle(link.maker), middle(link.user)];
          const reach = Math.min(WIDEST, Math.abs(to - from) / ROW) * STEP;
          const x = width - 8;
          return (
            <path key={index} d={`M${x} ${from}C${x - reach} ${from} ${x - reach} ${to} ${x} ${to}`}>
              <title>{link.names.join(', ')}</title>
            </path>
          );
        })}
        {cells.map(cell => (
          <circle key={cell.seq} cx={width - 8} cy={middle(cell.seq)} r="4" data-stale={cell.stale !== ''} />
        ))}
      </svg>
      <ol aria-label={trans.__('Cells behind the result')}>
        {cells.map(cell => {
          const gets = links.filter(link => link.user === cell.seq).flatMap(link => link.names);
          const text = firstLine(cell.source, cell.lines);
          const given = gets.length > 0 ? trans.__('uses %1', [...new Set(gets)].join(', ')) : '';
          return (
            <li key={cell.seq} style={{ height: ROW }} title={[text, given].filter(Boolean).join('\n')}>
              <button
                type="button"
                className="nbt-link nbt-prompt"
                disabled={!openNotebook || !source}
                onClick={() => openNotebook?.(source, idOf.get(cell.seq))}
              >
                [{cell.execution_count || cell.seq + 1}]
              </button>
              <code>{text}</code>
              <span className="nbt-muted">{given}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** The first line that the result needed and that tells more than an import. */
function firstLine(source: string, lines: [number, number][]): string {
  const all = source.split('\n');
  const needed = lines.map(([first]) => all[first - 1] ?? '');
  return (needed.find(text => !/^(import|from)\b/.test(text)) ?? needed[0] ?? all[0]).trim();
}
