/** What a run stood on and what it made: params, data, models, code, environment, files. */

import * as React from 'react';

import type { Artifact, Code, Dataset, Environment, Model, Param } from '../contract';
import { formatCount, formatSize } from '../format';
import { type Translator, useTools } from './context';
import { CopyButton, Pairs, Section } from './parts';

/** Distributions that decide about results: shown before one asks for all. */
const TELLING = ['scikit-learn', 'pandas', 'numpy', 'scipy', 'xgboost', 'lightgbm', 'torch'];

export function Params(props: { params: Param[] }): React.ReactElement | null {
  const { trans } = useTools();
  const [all, setAll] = React.useState(false);
  const chosen = props.params.filter(param => !param.is_default);
  const defaults = props.params.filter(param => param.is_default);
  if (props.params.length === 0) {
    return null;
  }
  const rows = (params: Param[]) =>
    params.map(param => [param.key, <code title={param.value}>{param.value}</code>] as const);
  return (
    <Section title={trans.__('Parameters')} count={chosen.length}>
      <Pairs rows={rows(chosen)} />
      {defaults.length > 0 ? (
        <button type="button" className="nbt-link" onClick={() => setAll(!all)}>
          {all
            ? trans.__('Hide the defaults')
            : trans._n('Show %1 default', 'Show %1 defaults', defaults.length, defaults.length)}
        </button>
      ) : null}
      {all ? (
        <div className="nbt-defaults">
          <Pairs rows={rows(defaults)} />
        </div>
      ) : null}
    </Section>
  );
}

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
  return (
    <div className="nbt-dataset">
      <div className="nbt-line">
        <strong title={dataset.source}>{dataset.name}</strong>
        <span className="nbt-badge" data-context={dataset.context}>
          {contextText(dataset.context, trans)}
        </span>
        <code className="nbt-digest" title={dataset.content}>
          {dataset.short}
        </code>
        <CopyButton text={dataset.content} label={trans.__('Copy the digest')} />
      </div>
      <div className="nbt-muted">
        {[shapeText(dataset, trans), dataset.source].filter(text => text !== '').join(' · ')}
      </div>
      {columnsOf(dataset).length > 1 ? (
        <details className="nbt-more">
          <summary>{trans.__('Columns')}</summary>
          <Pairs
            rows={columnsOf(dataset).map(
              column => [column.name, <code>{column.dtype}</code>] as const
            )}
          />
        </details>
      ) : null}
    </div>
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

export function Models(props: { models: Model[] }): React.ReactElement | null {
  const { trans } = useTools();
  if (props.models.length === 0) {
    return null;
  }
  return (
    <Section title={trans.__('Models')} count={props.models.length}>
      {props.models.map(model => (
        <div className="nbt-dataset" key={model.model_id}>
          <div className="nbt-line">
            <strong>{model.name}</strong>
            <span className="nbt-badge">{modelState(model, trans)}</span>
            <code className="nbt-digest" title={model.digest}>
              {model.digest.split(':').at(-1)?.slice(0, 8)}
            </code>
            <CopyButton text={model.model_id} label={trans.__('Copy the model id')} />
          </div>
          <div className="nbt-muted" title={model.class_name}>
            {model.class_name.split('.').at(-1)}
            {model.problem ? ` · ${model.problem}` : ''}
          </div>
        </div>
      ))}
    </Section>
  );
}

function modelState(model: Model, trans: Translator): string {
  switch (model.status) {
    case 'ready':
      return trans.__('kept');
    case 'pending':
      return trans.__('being saved');
    default:
      return trans.__('rebuilt by its pipeline');
  }
}

export function CodeFacts(props: { code: Code | null }): React.ReactElement | null {
  const { trans } = useTools();
  const { code } = props;
  if (code === null) {
    return null;
  }
  const tree =
    code.dirty === null
      ? trans.__('unknown')
      : code.dirty
        ? trans.__('with uncommitted changes')
        : trans.__('clean');
  const rows: [string, React.ReactNode][] = [
    [trans.__('Commit'), <code title={code.commit}>{code.commit.slice(0, 10) || '–'}</code>],
    [trans.__('Branch'), <code>{code.branch || trans.__('detached')}</code>],
    [trans.__('Tree'), tree]
  ];
  if (code.remote) {
    rows.push([trans.__('Remote'), <span title={code.remote}>{code.remote}</span>]);
  }
  return (
    <Section title={trans.__('Git')} closed>
      <Pairs rows={rows} />
      {code.changed.length > 0 ? (
        <details className="nbt-more">
          <summary>
            {trans._n('%1 file', '%1 files', code.changed.length, code.changed.length)}
          </summary>
          {code.changed.map(path => (
            <div className="nbt-path" key={path} title={path}>
              {path}
            </div>
          ))}
        </details>
      ) : null}
    </Section>
  );
}

export function EnvironmentFacts(props: {
  environment: Environment | null;
}): React.ReactElement | null {
  const { trans } = useTools();
  const { environment } = props;
  if (environment === null) {
    return null;
  }
  const { packages } = environment;
  const version = (name: string) => [name, <code>{packages[name]}</code>] as const;
  const names = Object.keys(packages).sort();
  return (
    <Section title={trans.__('Environment')} closed>
      <Pairs
        rows={[
          ['Python', <code title={environment.executable}>{environment.python}</code>],
          [trans.__('System'), <span title={environment.platform}>{environment.platform}</span>],
          ...TELLING.filter(name => name in packages).map(version)
        ]}
      />
      <details className="nbt-more">
        <summary>{trans._n('%1 package', '%1 packages', names.length, names.length)}</summary>
        <Pairs rows={names.map(version)} />
      </details>
    </Section>
  );
}

export function Artifacts(props: { artifacts: Artifact[] }): React.ReactElement | null {
  const { trans } = useTools();
  if (props.artifacts.length === 0) {
    return null;
  }
  return (
    <Section title={trans.__('Artifacts')} count={props.artifacts.length} closed>
      <Pairs
        rows={props.artifacts.map(
          artifact =>
            [
              artifact.path,
              <span title={`sha256 ${artifact.sha256}`}>{formatSize(artifact.size)}</span>
            ] as const
        )}
      />
    </Section>
  );
}

export function Tags(props: { tags: Record<string, string> }): React.ReactElement | null {
  const entries = Object.entries(props.tags);
  if (entries.length === 0) {
    return null;
  }
  return (
    <div className="nbt-tags">
      {entries.map(([key, value]) => (
        <span className="nbt-tag" key={key} title={`${key} = ${value}`}>
          {key}
          {value ? <strong>{value}</strong> : null}
        </span>
      ))}
    </div>
  );
}
