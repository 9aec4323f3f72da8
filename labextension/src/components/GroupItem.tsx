/** The header of a group of runs; a click folds it. */

import * as React from 'react';

import { formatCount } from '../format';
import type { Group } from '../layout';
import { useTools } from './context';

export function GroupItem(props: {
  position: number;
  group: Group;
  open: boolean;
}): React.ReactElement {
  const { model, trans } = useTools();
  const { position, group, open } = props;
  return (
    <div
      id={`nbt-row-${position}`}
      className="nbt-group"
      role="treeitem"
      aria-level={1}
      aria-expanded={open}
      aria-selected={false}
      data-active={position === model.active}
      data-group={group.key}
      title={group.key}
      onClick={() => model.toggleGroup(group.key)}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={open ? 'M4 6l4 4 4-4' : 'M6 4l4 4-4 4'} />
      </svg>
      <span className="nbt-group-name">{group.key || trans.__('no notebook')}</span>
      <span className="nbt-count">{formatCount(group.total)}</span>
    </div>
  );
}
