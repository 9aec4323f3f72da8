/** The list: only the rows on the screen are in the page, whatever their number. */

import { useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { useModel, useNow, useTools } from './context';
import { RunItem } from './RunItem';

const ROW_HEIGHT = 48;

export function RunList(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const now = useNow();
  const scroller = React.useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: model.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6
  });
  const items = virtual.getVirtualItems();
  const first = items.at(0)?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  React.useEffect(() => model.setRange(first, last), [model, first, last]);
  React.useEffect(() => scroller.current?.focus({ preventScroll: true }), []);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const target = targetOf(event.key, model.active, model.total, page);
    const row = model.row(model.active);
    if (target !== null) {
      model.setActive(target);
      virtual.scrollToIndex(model.active);
    } else if (event.key === 'Enter' && row) {
      void model.openRun(row.run_id, row.name);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      className="nbt-list"
      ref={scroller}
      role="listbox"
      tabIndex={0}
      aria-label={trans.__('Runs')}
      aria-activedescendant={model.total > 0 ? `nbt-run-${model.active}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div className="nbt-list-space" style={{ height: virtual.getTotalSize() }}>
        {items.map(item => (
          <div
            key={item.index}
            className="nbt-list-place"
            style={{ height: item.size, transform: `translateY(${item.start}px)` }}
          >
            <RunItem index={item.index} row={model.row(item.index)} now={now} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Where a key leads to, or null for a key that doesn't move. */
function targetOf(key: string, active: number, total: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return active + 1;
    case 'ArrowUp':
      return active - 1;
    case 'PageDown':
      return active + page;
    case 'PageUp':
      return active - page;
    case 'Home':
      return 0;
    case 'End':
      return total - 1;
    default:
      return null;
  }
}
