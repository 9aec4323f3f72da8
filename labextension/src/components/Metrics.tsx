/** The metrics of a run, the main one first and large; of very many the first, and a search. */

import * as React from 'react';

import type { Metric, RunDetail } from '../contract';
import { formatCount, formatNumber } from '../format';
import { useTools } from './context';

const SHOWN = 24;

export function Metrics(props: { run: RunDetail }): React.ReactElement | null {
  const { trans } = useTools();
  const { metrics, main_metric: main } = props.run;
  const [wanted, setWanted] = React.useState('');
  const [most, setMost] = React.useState(SHOWN);
  if (metrics.length === 0) {
    return null;
  }
  const first = metrics.filter(metric => metric.key === main?.key);
  const others = metrics.filter(metric => metric.key !== main?.key);
  const found = [...first, ...others].filter(metric =>
    metric.key.toLowerCase().includes(wanted.toLowerCase())
  );
  const left = found.length - most;
  return (
    <div className="nbt-metrics-place">
      {metrics.length > SHOWN ? (
        <input
          type="search"
          className="nbt-input"
          value={wanted}
          placeholder={trans.__('Find one of %1 metrics', formatCount(metrics.length))}
          aria-label={trans.__('Find a metric')}
          onChange={event => setWanted(event.target.value)}
        />
      ) : null}
      <div className="nbt-metrics">
        {found.slice(0, most).map(metric => (
          <Card key={metric.key} metric={metric} main={metric.key === main?.key} />
        ))}
      </div>
      {left > 0 ? (
        <button type="button" className="nbt-link" onClick={() => setMost(most + 10 * SHOWN)}>
          {trans.__('Show more (%1 left)', formatCount(left))}
        </button>
      ) : null}
    </div>
  );
}

function Card(props: { metric: Metric; main: boolean }): React.ReactElement {
  const { trans } = useTools();
  const { metric, main } = props;
  const spread =
    metric.minimum === metric.maximum
      ? ''
      : trans.__(
          '%1 to %2 in %3 points',
          formatNumber(metric.minimum),
          formatNumber(metric.maximum),
          formatCount(metric.count)
        );
  return (
    <div className="nbt-metric" data-main={main} data-metric={metric.key}>
      <span className="nbt-metric-key" title={`${metric.key} (${metric.origin})`}>
        {metric.key}
      </span>
      <span className="nbt-metric-value" title={String(metric.last)}>
        {formatNumber(metric.last)}
      </span>
      <span className="nbt-metric-more">
        {[metric.role, spread].filter(text => text !== '').join(', ')}
      </span>
    </div>
  );
}
