/** The registered models: versions, aliases, and who moved which alias when and why. */

import * as React from 'react';

import type { AliasMove, ModelVersion, RegisteredModel } from '../contract';
import { formatAge, formatNumber, formatTime } from '../format';
import { useModel, useNow, useTools } from './context';
import { Box } from './Notice';
import { Gates, GatesBadge } from './Gates';
import { CopyButton, Snippet } from './parts';

export function ModelList(): React.ReactElement | null {
  const model = useModel();
  const { trans } = useTools();
  const models = model.models?.models;
  if (models === undefined) {
    return null;
  }
  if (models.length === 0) {
    return (
      <Box title={trans.__('No registered models yet')}>
        <p>{trans.__('Promote the model of your best run:')}</p>
        <Snippet code="%track promote best MODEL@champion" label={trans.__('Copy')} />
        <p className="nbt-muted">
          {trans.__('It becomes version 1, and the alias can be moved later.')}
        </p>
      </Box>
    );
  }
  return (
    <div className="nbt-sheets" tabIndex={0} role="region" aria-label={trans.__('Models')}>
      {models.map(one => (
        <ModelCard key={one.name} model={one} />
      ))}
    </div>
  );
}

function ModelCard(props: { model: RegisteredModel }): React.ReactElement {
  const { trans, actions } = useTools();
  const { model } = props;
  const champion = model.aliases['champion'];
  const reference = champion === undefined ? `models:/${model.name}/1` : `models:/${model.name}@champion`;
  return (
    <article className="nbt-sheet" data-model={model.name}>
      <header className="nbt-line">
        <h3 title={model.name}>{model.name}</h3>
        <span className="nbt-muted">
          {trans._n('%1 version', '%1 versions', model.versions.length, model.versions.length)}
        </span>
        <CopyButton text={reference} label={trans.__('Copy %1', reference)} />
      </header>
      {model.description ? <p className="nbt-muted">{model.description}</p> : null}
      <ul className="nbt-versions">
        {model.versions.map(version => (
          <Version key={version.version} version={version} />
        ))}
      </ul>
      {actions
        ? Object.keys(model.aliases)
            .filter(alias => model.before[alias] !== null)
            .map(alias => (
              <div key={alias}>
                <button
                  type="button"
                  className="nbt-button"
                  onClick={() => actions.rollback(model, alias)}
                >
                  {trans.__('Roll back @%1 to version %2…', alias, model.before[alias])}
                </button>
              </div>
            ))
        : null}
      {model.history.length > 0 ? (
        <details className="nbt-more">
          <summary>{trans.__('History of aliases')}</summary>
          <ul className="nbt-moves">
            {[...model.history].reverse().map((move, index) => (
              <Move key={index} move={move} />
            ))}
          </ul>
        </details>
      ) : null}
    </article>
  );
}

function Version(props: { version: ModelVersion }): React.ReactElement {
  const model = useModel();
  const now = useNow();
  const { trans } = useTools();
  const { version } = props;
  return (
    <li>
      <button
        type="button"
        className="nbt-link"
        title={trans.__('Open the run that made it')}
        onClick={() => model.openRun(version.run_id, version.name)}
      >
        {trans.__('Version %1', version.version)}
      </button>
      {version.aliases.map(alias => (
        <span className="nbt-badge" data-alias={alias} key={alias}>
          @{alias}
        </span>
      ))}
      <GatesBadge gates={version.gates} />
      {version.metric ? (
        <span>
          {version.metric} <strong>{formatNumber(version.metric_value)}</strong>
        </span>
      ) : null}
      <span className="nbt-muted" title={formatTime(version.created_ms)}>
        {[formatAge(now - version.created_ms), version.user].filter(Boolean).join(' · ')}
      </span>
      {version.comment ? <p className="nbt-muted">{version.comment}</p> : null}
      <Gates gates={version.gates} />
    </li>
  );
}

function Move(props: { move: AliasMove }): React.ReactElement {
  const { trans } = useTools();
  const now = useNow();
  const { move } = props;
  const before = move.from_version === null ? trans.__('none') : `${move.from_version}`;
  const after = move.to_version === null ? trans.__('none') : `${move.to_version}`;
  return (
    <li>
      <strong>@{move.alias}</strong> {before} → {after}
      {move.forced ? <span className="nbt-badge" data-mark="forced">{trans.__('forced')}</span> : null}
      <span className="nbt-muted" title={formatTime(move.moved_ms)}>
        {[formatAge(now - move.moved_ms), move.user, move.reason].filter(Boolean).join(' · ')}
      </span>
    </li>
  );
}
