/** Above the list: search, quick filters, order, grouping and columns. */

import * as React from 'react';

import type { GroupBy, Quick } from '../api';
import { formatCount } from '../format';
import { ColumnChooser } from './ColumnChooser';
import { useModel, useTools } from './context';
import { Search } from './Search';

export function Header(): React.ReactElement {
  return (
    <div className="nbt-header">
      <Search />
      <QuickFilters />
      <Controls />
    </div>
  );
}

function QuickFilters(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const { filter } = model;
  const quick: [Quick, string, string][] = [
    ['running', trans.__('Running'), trans.__('Only runs that are running')],
    ['starred', trans.__('Starred'), trans.__('Only runs with a star')],
    ['reproducible', trans.__('Reproducible'), trans.__('Only runs whose pipeline was verified')],
    ['failed', trans.__('Failed'), trans.__('Only runs that failed or were killed')]
  ];
  return (
    <div className="nbt-filters" role="group" aria-label={trans.__('Quick filters')}>
      <button
        type="button"
        className="nbt-toggle"
        aria-pressed={filter.here}
        title={trans.__('Only runs of the notebook that is open')}
        onClick={() => model.setFilter({ here: !filter.here })}
      >
        {trans.__('This notebook')}
      </button>
      {quick.map(([name, text, title]) => (
        <button
          key={name}
          type="button"
          className="nbt-toggle"
          aria-pressed={filter.quick === name}
          title={title}
          onClick={() => model.setFilter({ quick: filter.quick === name ? '' : name })}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

function Controls(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const { filter, status } = model;
  const orders: [string, string][] = [
    ['started', trans.__('Started')],
    ['main', trans.__('Main metric')],
    ['duration', trans.__('Duration')],
    ['name', trans.__('Name')],
    ...filter.columns.map((column): [string, string] => [column, column])
  ];
  const groups: [GroupBy, string][] = [
    ['experiment', trans.__('By experiment')],
    ['source', trans.__('By notebook')],
    ['', trans.__('Not grouped')]
  ];
  return (
    <div className="nbt-controls">
      <Select
        label={trans.__('Sort by')}
        value={filter.order}
        options={orders}
        onChange={order => model.setFilter({ order, descending: order !== 'name' })}
      />
      <Direction />
      <Select
        label={trans.__('Group by')}
        value={filter.by}
        options={groups}
        onChange={by => model.setFilter({ by: by as GroupBy })}
      />
      <ColumnChooser />
      <span className="nbt-total" role="status" aria-live="polite">
        {status?.store === 'found' ? (
          <>
            {formatCount(model.total)}
            <span className="nbt-sr"> {trans.__('runs')}</span>
          </>
        ) : null}
      </span>
    </div>
  );
}

function Select(props: {
  label: string;
  value: string;
  options: [string, string][];
  onChange(value: string): void;
}): React.ReactElement {
  return (
    <label className="nbt-order" title={props.label}>
      <span className="nbt-sr">{props.label}</span>
      <select value={props.value} onChange={event => props.onChange(event.target.value)}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Direction(): React.ReactElement {
  const { model, trans } = useTools();
  const { order, descending } = model.filter;
  const text = directionText(order, descending, trans.__.bind(trans));
  return (
    <button
      type="button"
      className="nbt-icon-button"
      title={text}
      aria-label={text}
      onClick={() => model.setFilter({ descending: !descending })}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={descending ? 'M8 3v10M4 9l4 4 4-4' : 'M8 13V3M4 7l4-4 4 4'} />
      </svg>
    </button>
  );
}

function directionText(order: string, descending: boolean, __: (text: string) => string): string {
  switch (order) {
    case 'started':
      return descending ? __('Newest first') : __('Oldest first');
    case 'main':
      return descending ? __('Best first') : __('Worst first');
    case 'name':
      return descending ? __('From Z to A') : __('From A to Z');
    case 'duration':
      return descending ? __('Longest first') : __('Shortest first');
    default:
      return descending ? __('Largest first') : __('Smallest first');
  }
}
