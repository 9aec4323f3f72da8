/** One row for each thing that can differ, one column for each run; only what is seen is drawn. */

import { useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { useTools } from '../components/context';
import { formatCount } from '../format';
import { useComparison } from './context';
import { cellId, DiffRow } from './DiffRow';
import { type FactLine, type SectionKey, tableLines } from './rows';
import { RunHead } from './RunHead';
import { SectionRow } from './SectionRow';
import { TableFoot } from './TableFoot';

const ROW = 28;
const KEY = 200;
const NARROWEST = 160;
const WIDEST = 280;

export function DiffTable(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const found = page.found!;
  const [all, setAll] = React.useState(false);
  const [closed, setClosed] = React.useState<ReadonlySet<SectionKey>>(new Set());
  const [active, setActive] = React.useState({ line: 0, run: 0 });
  const scroller = React.useRef<HTMLDivElement>(null);
  const [width, setWidth] = React.useState(900);
  const lines = React.useMemo(
    () => tableLines(found, { all, text: page.text, closed }),
    [found, all, page.text, closed]
  );
  const differ = React.useMemo(() => differing(lines), [lines]);
  const count = found.runs.length;
  const column = Math.max(NARROWEST, Math.min(WIDEST, Math.floor((width - KEY - 16) / count)));
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8
  });
  const columns = useVirtualizer({
    horizontal: true,
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => column,
    overscan: 2
  });
  React.useEffect(() => columns.measure(), [columns, column]);
  React.useEffect(() => {
    const place = scroller.current;
    if (place === null) {
      return;
    }
    const size = new ResizeObserver(() => place.clientWidth > 0 && setWidth(place.clientWidth));
    size.observe(place);
    return () => size.disconnect();
  }, []);

  // the next rows are asked for when the last ones are near, or when all that differ are wanted
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const near = last > lines.length - 40;
  React.useEffect(() => {
    if (near && page.hasMore && !page.loading && (all || differsAtEnd(lines))) {
      void page.loadMore();
    }
  }, [near, all, page, page.version, lines]);

  const line = Math.min(active.line, Math.max(0, lines.length - 1));
  const run = Math.min(active.run, count - 1);
  const here = lines[line];
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target !== event.currentTarget) {
      return;
    }
    const next = target(event.key, line, run, lines.length, count);
    if (next !== null) {
      setActive(next);
      rows.scrollToIndex(next.line);
      columns.scrollToIndex(next.run);
    } else if (event.key === 'Enter' && here?.kind === 'section') {
      toggle(here.section);
    } else {
      return;
    }
    event.preventDefault();
  };
  const toggle = (section: SectionKey) => {
    const next = new Set(closed);
    next.delete(section) || next.add(section);
    setClosed(next);
  };
  const seen = columns.getVirtualItems();
  const [from, to] = [seen[0]?.index ?? 0, seen.at(-1)?.index ?? -1];
  const shown = React.useMemo(
    () => Array.from({ length: to - from + 1 }, (_, index) => from + index),
    [from, to]
  );
  const pick = React.useCallback((line: number, run: number) => setActive({ line, run }), []);
  const wide = KEY + count * column;
  return (
    <div className="nbt-diff-place">
      <div className="nbt-part-bar">
        <div className="nbt-search">
          <input
            type="search"
            value={page.text}
            placeholder={trans.__('Find a row')}
            aria-label={trans.__('Find a row')}
            onChange={event => page.setText(event.target.value)}
          />
        </div>
        <button
          type="button"
          className="nbt-toggle"
          aria-pressed={!all}
          onClick={() => setAll(!all)}
        >
          {trans.__('Only differences')}
        </button>
        <span className="nbt-muted" role="status">
          {trans._n('%1 row differs', '%1 rows differ', differ, formatCount(differ))}
          {page.loading ? ` · ${trans.__('Loading …')}` : ''}
        </span>
      </div>
      <div
        className="nbt-grid"
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={trans.__('Differences between the runs')}
        aria-rowcount={lines.length + 1}
        aria-colcount={count + 1}
        aria-activedescendant={here ? cellId(page.key, line, here.kind === 'row' ? run : 0) : undefined}
        onKeyDown={onKeyDown}
        style={{ '--nbt-key': `${KEY}px`, '--nbt-column': `${column}px` } as React.CSSProperties}
      >
        <div className="nbt-grid-head" role="rowgroup" style={{ width: wide }}>
          <div role="row" aria-rowindex={1}>
            <span className="nbt-grid-key" role="columnheader" aria-colindex={1}>
              <span className="nbt-sr">{trans.__('Name')}</span>
            </span>
            {shown.map(position => (
              <div
                key={found.runs[position].run_id}
                className="nbt-grid-run"
                role="columnheader"
                aria-colindex={position + 2}
                data-run={found.runs[position].run_id}
                style={{ left: KEY + position * column }}
              >
                <RunHead run={found.runs[position]} position={position} />
              </div>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          className="nbt-grid-body"
          style={{ height: rows.getTotalSize(), width: wide }}
        >
          {items.map(item => {
            const one = lines[item.index];
            return (
              <div
                key={item.index}
                role="row"
                aria-rowindex={item.index + 2}
                className="nbt-grid-row"
                data-kind={one.kind}
                data-key={one.kind === 'row' ? one.key : undefined}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {one.kind === 'section' ? (
                  <SectionRow
                    id={cellId(page.key, item.index, 0)}
                    line={one}
                    active={item.index === line}
                    onToggle={() => toggle(one.section)}
                  />
                ) : (
                  <DiffRow
                    line={one}
                    index={item.index}
                    shown={shown}
                    active={item.index === line ? run : null}
                    onPick={pick}
                  />
                )}
              </div>
            );
          })}
        </div>
        {lines.length === 0 ? (
          <p className="nbt-part-body nbt-muted">
            {page.text
              ? trans.__('No row has this in its name.')
              : all
                ? trans.__('Nothing was recorded of these runs.')
                : trans.__('Nothing differs in what was recorded.')}
          </p>
        ) : null}
      </div>
      <TableFoot line={here?.kind === 'row' ? here : null} run={run} />
    </div>
  );
}

/** Whether the last row of a section that is here still differs: more of them may follow. */
function differsAtEnd(lines: readonly { kind: string }[]): boolean {
  const last = lines.at(-1) as FactLine | undefined;
  return last === undefined || last.kind !== 'row' || last.differs;
}

function differing(lines: readonly { kind: string }[]): number {
  return lines.filter(line => line.kind === 'row' && (line as FactLine).differs).length;
}

/** Where a key leads to, or null for a key that doesn't move. */
function target(
  key: string,
  line: number,
  run: number,
  lines: number,
  runs: number
): { line: number; run: number } | null {
  const within = (to: number) => Math.max(0, Math.min(lines - 1, to));
  switch (key) {
    case 'ArrowDown':
      return { line: within(line + 1), run };
    case 'ArrowUp':
      return { line: within(line - 1), run };
    case 'PageDown':
      return { line: within(line + 15), run };
    case 'PageUp':
      return { line: within(line - 15), run };
    case 'ArrowRight':
      return { line, run: Math.min(runs - 1, run + 1) };
    case 'ArrowLeft':
      return { line, run: Math.max(0, run - 1) };
    case 'Home':
      return { line: 0, run };
    case 'End':
      return { line: lines - 1, run };
    default:
      return null;
  }
}
