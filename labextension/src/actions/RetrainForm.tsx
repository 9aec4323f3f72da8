/** The parameters and data files of a pipeline, with the recorded values to begin with. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { ChosenParam, RetrainData, RetrainPlan } from '../contract';
import { divide, type Typed } from './retraining';

type OnType = (name: string, text: string) => void;

export function RetrainForm(props: {
  plan: RetrainPlan;
  typed: Typed;
  onType: OnType;
}): React.ReactElement {
  const { trans } = useTools();
  const { plan, typed, onType } = props;
  const { settings, files } = divide(plan);
  const field = (param: ChosenParam) => ({ param, text: typed[param.name] ?? param.recorded, onType });
  return (
    <>
      {settings.length > 0 ? (
        <fieldset className="nbt-settings">
          <legend>{trans.__('Parameters')}</legend>
          {settings.map(param => (
            <Choice key={param.name} {...field(param)} />
          ))}
        </fieldset>
      ) : null}
      {files.length > 0 ? (
        <fieldset className="nbt-settings">
          <legend>
            {trans.__('Data files')}
            {plan.cwd === '.' ? null : (
              <span className="nbt-muted"> {trans.__('paths begin in %1', plan.cwd)}</span>
            )}
          </legend>
          {files.map(({ param, file }) =>
            param ? (
              <Choice key={file.path} {...field(param)} badge={<FileBadge file={file} />} />
            ) : (
              <div key={file.path} className="nbt-setting">
                <span className="nbt-setting-name">{file.path}</span>
                <FileBadge file={file} />
              </div>
            )
          )}
        </fieldset>
      ) : null}
      {plan.params.length > 0 ? null : (
        <p className="nbt-muted">{trans.__('It has no parameters: it runs as it was recorded.')}</p>
      )}
    </>
  );
}

function Choice(props: {
  param: ChosenParam;
  text: string;
  onType: OnType;
  badge?: React.ReactNode;
}): React.ReactElement {
  const { trans } = useTools();
  const { param, text, onType } = props;
  const id = React.useId();
  const changed = text !== param.recorded;
  const problem = changed && text === param.value ? param.problem : '';
  const common = { id, 'aria-invalid': Boolean(problem), 'aria-describedby': `${id}-about` };
  return (
    <div className="nbt-setting" data-changed={changed} data-param={param.name}>
      <label htmlFor={id} className="nbt-setting-name" title={`${param.name} (${param.flag})`}>
        {param.name}
      </label>
      {param.type === 'bool' ? (
        <span>
          <input
            {...common}
            type="checkbox"
            checked={text === 'true'}
            onChange={event => onType(param.name, String(event.target.checked))}
          />
        </span>
      ) : (
        <input
          {...common}
          className="nbt-input"
          inputMode={param.type === 'int' ? 'numeric' : param.type === 'float' ? 'decimal' : 'text'}
          spellCheck={false}
          value={text}
          placeholder={param.recorded}
          onChange={event => onType(param.name, event.target.value)}
        />
      )}
      <span id={`${id}-about`} className="nbt-setting-about">
        {changed ? (
          <>
            {trans.__('recorded:')} <code>{param.recorded || '""'}</code>{' '}
            <button
              type="button"
              className="nbt-link"
              aria-label={trans.__('Take the recorded value of %1 again', param.name)}
              onClick={() => onType(param.name, param.recorded)}
            >
              {trans.__('reset')}
            </button>
          </>
        ) : (
          (props.badge ?? param.help)
        )}
      </span>
      {problem ? (
        <span className="nbt-setting-problem" role="alert">
          {problem}
        </span>
      ) : null}
    </div>
  );
}

function FileBadge(props: { file: RetrainData }): React.ReactElement | null {
  const { trans } = useTools();
  switch (props.file.state) {
    case 'as-recorded':
      return <span>{trans.__('as the run read it')}</span>;
    case 'changed':
      return (
        <span className="nbt-badge" data-mark="changed">
          {trans.__('changed since the export')}
        </span>
      );
    case 'gone':
      return (
        <span className="nbt-badge" data-verdict="not-reproducible">
          {trans.__('gone')}
        </span>
      );
    case 'not-compared':
      return <span>{trans.__('there; too large to be compared here')}</span>;
    case 'chosen':
      return null;
  }
}
