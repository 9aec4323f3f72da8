/** The data a run used: where it came from, its digest, its columns and what they look like. */

import * as React from 'react';

import type { ColumnProfile, Dataset } from '../contract';
import { formatCount, formatNumber, formatSize } from '../format';
import { type Translator, useTools } from './context';
import { CopyButton, Section } from './parts';

/** A table with more columns than this shows them on demand. */
const COLUMNS = 50;

export function Data(props: { datasets: Dataset[] }): React.ReactElement | null {
  const { trans } = useTools();
  if (props.datasets.length === 0) {
    return null;
  }
  return (
    <Section title={trans.__('Data')} count={props.datasets.length}>
      {props.datasets.map((dataset, index) => (
        <DatasetCard key={index} dataset={dataset} />
      ))}
    </Section>
  );
}

function DatasetCard(props: { dataset: Dataset }): React.ReactElement {
  const { trans } = useTools();
  const { dataset } = props;
  const sampled = dataset.coverage === 'sampled' ? trans.__('sampled') : '';
  return (
    <div className="nbt-dataset">
      <div className="nbt-line">
        <strong title={dataset.source}>{dataset.name}</strong>
        <span className="nbt-badge" data-context={dataset.context}>
          {contextText(dataset.context, trans)}
        </span>
        <code className="nbt-digest" title={`${dataset.content}\n${dataset.schema}`}>
          {dataset.short}
        </code>
        <CopyButton text={dataset.content} label={trans.__('Copy the digest')} />
      </div>
      <div className="nbt-muted">
        {[shapeText(dataset, trans), dataset.source, dataset.version, sampled]
          .filter(text => text !== '')
          .join(' · ')}
      </div>
      {dataset.query ? <pre className="nbt-query">{dataset.query}</pre> : null}
      {columnsOf(dataset).length > 1 || dataset.profile ? (
        <details className="nbt-more">
          <summary>{trans.__('Columns')}</summary>
          <Columns dataset={dataset} />
        </details>
      ) : null}
    </div>
  );
}

function Columns(props: { dataset: Dataset }): React.ReactElement {
  const { trans } = useTools();
  const { dataset } = props;
  const [most, setMost] = React.useState(COLUMNS);
  const columns = columnsOf(dataset);
  const profiles = new Map(dataset.profile?.columns.map(one => [one.name, one]));
  const left = columns.length - most;
  return (
    <>
      <table className="nbt-table">
        <thead>
          <tr>
            <th>{trans.__('column')}</th>
            <th>{trans.__('type')}</th>
            <th>{trans.__('missing')}</th>
            <th>{trans.__('values')}</th>
          </tr>
        </thead>
        <tbody>
          {columns.slice(0, most).map((column, index) => {
            const profile = profiles.get(column.name);
            return (
              <tr key={index}>
                <th scope="row" title={column.name}>
                  {column.name}
                </th>
                <td>
                  <code>{column.dtype}</code>
                </td>
                <td>{profile ? formatCount(profile.nulls) : ''}</td>
                <td>{profile ? <Values profile={profile} /> : null}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {left > 0 ? (
        <button type="button" className="nbt-link" onClick={() => setMost(most + 10 * COLUMNS)}>
          {trans.__('Show more (%1 left)', formatCount(left))}
        </button>
      ) : null}
    </>
  );
}

/** Range and middle of numbers with the quantiles as a box; the frequent ones of other values. */
function Values(props: { profile: ColumnProfile }): React.ReactElement | null {
  const { trans } = useTools();
  const { profile } = props;
  if (profile.quantiles.length === 7) {
    const [low, , first, middle, third, , high] = profile.quantiles;
    const text = trans.__(
      'from %1 to %2, median %3, mean %4',
      formatNumber(low),
      formatNumber(high),
      formatNumber(middle),
      formatNumber(profile.mean)
    );
    return (
      <span className="nbt-values" title={text}>
        <Box places={[low, first, middle, third, high].map(Number)} label={text} />
        {formatNumber(low)} … {formatNumber(high)}
      </span>
    );
  }
  if (profile.top.length === 0) {
    return profile.distinct >= 0 ? (
      <>{trans._n('%1 value', '%1 values', profile.distinct, formatCount(profile.distinct))}</>
    ) : null;
  }
  const texts = profile.top.map(([value, times]) => `${value} (${formatCount(times)})`);
  return <span title={texts.join(', ')}>{texts.slice(0, 3).join(', ')}</span>;
}

function Box(props: { places: number[]; label: string }): React.ReactElement | null {
  const [low, first, middle, third, high] = props.places;
  const at = (value: number) => 1 + (58 * (value - low)) / (high - low);
  if (!Number.isFinite(high - low) || high === low) {
    return null;
  }
  return (
    <svg className="nbt-box" viewBox="0 0 60 12" role="img" aria-label={props.label}>
      <path d={`M1 6H${at(first)}M${at(third)} 6H59`} />
      <rect x={at(first)} y="2" width={Math.max(1, at(third) - at(first))} height="8" />
      <path d={`M${at(middle)} 2v8`} />
    </svg>
  );
}

/** The columns without those that stand for the index. */
function columnsOf(dataset: Dataset): Dataset['columns'] {
  return dataset.columns.filter(column => !/^\[index.*\]$/.test(column.name));
}

function contextText(context: Dataset['context'], trans: Translator): string {
  switch (context) {
    case 'training':
      return trans.__('training');
    case 'validation':
      return trans.__('validation');
    case 'test':
      return trans.__('test');
    case 'source':
      return trans.__('source');
  }
}

function shapeText(dataset: Dataset, trans: Translator): string {
  if (dataset.rows < 0) {
    return dataset.kind;
  }
  if (dataset.kind === 'file') {
    return formatSize(dataset.rows);
  }
  const rows = trans._n('%1 row', '%1 rows', dataset.rows, formatCount(dataset.rows));
  const width = columnsOf(dataset).length;
  return width > 1 ? trans.__('%1 × %2 columns', rows, formatCount(width)) : rows;
}
