/** The list: only the rows on the screen are in the page, whatever their number. */

import { useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { useModel, useNow, useTools } from './context';
import { GroupItem } from './GroupItem';
import { RunItem, whenText } from './RunItem';

const ROW_HEIGHT = 48;
const COLUMNS_HEIGHT = 18;
const GROUP_HEIGHT = 28;

export function RunList(props: { focused: boolean }): React.ReactElement {
  const model = useModel();
  const { trans, actions } = useTools();
  const now = useNow();
  const scroller = React.useRef<HTMLDivElement>(null);
  const { layout } = model;
  const height = ROW_HEIGHT + (model.filter.columns.length > 0 ? COLUMNS_HEIGHT : 0);
  const virtual = useVirtualizer({
    count: layout.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => (layout.at(index)?.kind === 'group' ? GROUP_HEIGHT : height),
    overscan: 6
  });
  React.useEffect(() => {
    if (props.focused) {
      scroller.current?.focus({ preventScroll: true });
    }
  }, []);
  React.useEffect(() => virtual.measure(), [virtual, layout, height]);
  const items = virtual.getVirtualItems();
  const first = items.at(0)?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  React.useEffect(() => model.setRange(first, last), [model, layout, first, last]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target !== scroller.current) {
      return;
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 1);
    const target = targetOf(event.key, model.active, layout.length, page);
    const place = model.at(model.active);
    if (target !== null) {
      model.setActive(target);
      virtual.scrollToIndex(model.active);
    } else if (place?.kind === 'group') {
      const folds = place.open ? 'ArrowLeft' : 'ArrowRight';
      if (![folds, 'Enter', ' '].includes(event.key)) {
        return;
      }
      model.toggleGroup(place.group.key);
    } else if (event.key === 'ArrowLeft' && place !== undefined && layout.headers) {
      model.setActive(layout.startOf(place.group.key));
      virtual.scrollToIndex(model.active);
    } else if (event.key === 'Enter' && place?.row) {
      model.openRun(place.row.run_id, place.row.name);
    } else if (event.key === 'Delete' && place?.row && actions) {
      actions.remove([{ id: place.row.run_id, name: place.row.name }]);
    } else if (event.key === ' ' && place?.row) {
      model.toggleSelected(place.row.run_id, place.row.name);
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
      role="tree"
      tabIndex={0}
      aria-label={trans.__('Runs')}
      aria-multiselectable
      aria-activedescendant={layout.length > 0 ? `nbt-row-${model.active}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div className="nbt-list-space" role="none" style={{ height: virtual.getTotalSize() }}>
        {items.map(item => {
          const place = model.at(item.index);
          return (
            <div
              key={item.index}
              className="nbt-list-place"
              role="none"
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
            >
              {place?.kind === 'group' ? (
                <GroupItem position={item.index} group={place.group} open={place.open} />
              ) : (
                <RunItem
                  position={item.index}
                  row={place?.row}
                  filter={model.filter}
                  level={layout.headers ? 2 : 1}
                  index={place?.index ?? 0}
                  siblings={place?.group.total ?? 0}
                  active={item.index === model.active}
                  selected={place?.row !== undefined && model.selected.has(place.row.run_id)}
                  fresh={place?.row !== undefined && model.isNew(place.row.run_id)}
                  when={place?.row === undefined ? '' : whenText(place.row, now, trans)}
                />
              )}
            </div>
          );
        })}
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
