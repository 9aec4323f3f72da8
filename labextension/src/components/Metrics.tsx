/** The metrics of a run, the main one first and large. */

import * as React from 'react';

import type { Metric, RunDetail } from '../contract';
import { formatNumber } from '../format';
import { useTools } from './context';

export function Metrics(props: { run: RunDetail }): React.ReactElement | null {
  const { metrics, main_metric: main } = props.run;
  if (metrics.length === 0) {
    return null;
  }
  const first = metrics.filter(metric => metric.key === main?.key);
  const others = metrics.filter(metric => metric.key !== main?.key);
  return (
    <div className="nbt-metrics">
      {[...first, ...others].map(metric => (
        <Card key={metric.key} metric={metric} main={metric.key === main?.key} />
      ))}
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
          metric.count
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
