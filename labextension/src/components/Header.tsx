/** Above the list: what is shown, search, order, and whether only this notebook counts. */

import * as React from 'react';

import type { Order } from '../api';
import { baseName, formatCount } from '../format';
import { useModel, useTools } from './context';

const TYPING_MS = 200;

export function Header(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const { filter, status } = model;
  const orders: [Order, string][] = [
    ['started', trans.__('Started')],
    ['main', trans.__('Main metric')],
    ['name', trans.__('Name')]
  ];
  return (
    <div className="nbt-header">
      <div className="nbt-title">
        <h2>{trans.__('Runs')}</h2>
        <span className="nbt-project" title={status?.project}>
          {status?.project ? baseName(status.project) : ''}
        </span>
        <span className="nbt-total" role="status" aria-live="polite">
          {status?.store === 'found' ? formatCount(model.total) : ''}
        </span>
      </div>
      <Search />
      <div className="nbt-controls">
        <label className="nbt-order">
          <span className="nbt-sr">{trans.__('Sort by')}</span>
          <select
            value={filter.order}
            onChange={event => {
              const order = event.target.value as Order;
              model.setFilter({ order, descending: order !== 'name' });
            }}
          >
            {orders.map(([order, text]) => (
              <option key={order} value={order}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <Direction />
        <button
          type="button"
          className="nbt-toggle"
          aria-pressed={filter.here}
          title={trans.__('Only runs of the notebook that is open')}
          onClick={() => model.setFilter({ here: !filter.here })}
        >
          {trans.__('This notebook')}
        </button>
      </div>
    </div>
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

function directionText(order: Order, descending: boolean, __: (text: string) => string): string {
  switch (order) {
    case 'started':
      return descending ? __('Newest first') : __('Oldest first');
    case 'main':
      return descending ? __('Best first') : __('Worst first');
    case 'name':
      return descending ? __('From Z to A') : __('From A to Z');
  }
}

function Search(): React.ReactElement {
  const { model, trans } = useTools();
  const [text, setText] = React.useState(model.filter.text);
  React.useEffect(() => {
    if (text === model.filter.text) {
      return;
    }
    const timer = setTimeout(() => model.setFilter({ text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [model, text]);
  // the list can clear the search, too
  React.useEffect(() => setText(model.filter.text), [model.filter.text]);
  return (
    <div className="nbt-search">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="7" cy="7" r="4.5" />
        <path d="M10.5 10.5L14 14" />
      </svg>
      <input
        type="search"
        value={text}
        placeholder={trans.__('Search runs')}
        title={trans.__('Words, or clauses: metrics.auc > 0.9 and params.model = "rf"')}
        aria-label={trans.__('Search runs')}
        spellCheck={false}
        onChange={event => setText(event.target.value)}
      />
    </div>
  );
}
