/** Above everything, where the server has more than one trail: which of them is shown. */

import * as React from 'react';

import { useModel, useTools } from './context';

/** No path: a folder's name can't hold a line feed at the place where this has one. */
const [FOLLOW, AGAIN] = ['\nfollow', '\nagain'];

export function TrailSelect(): React.ReactElement | null {
  const model = useModel();
  const { trans } = useTools();
  const { choice, status } = model;
  const { pinned } = choice;
  if (status === null) {
    return null;
  }
  const others = choice.others(status.store === 'found' ? status.project : '\n');
  if (others.length === 0 && pinned === null) {
    return null;
  }
  const onChange = (value: string) =>
    value === AGAIN ? void model.lookAround() : model.pin(value === FOLLOW ? null : value);
  const name = (project: string) => project || trans.__('(top folder)');
  const followed =
    pinned === null && status.store === 'found'
      ? trans.__('%1 (of the notebook)', name(status.project))
      : trans.__('Follow the notebook');
  return (
    <div className="nbt-trail" data-pinned={pinned !== null}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M2 4.5h4l1.5 1.5H14v6.5H2z" />
      </svg>
      <select
        value={pinned ?? FOLLOW}
        aria-label={trans.__('Project whose runs are shown')}
        title={
          pinned === null
            ? trans.__('Runs of the project of the notebook that is open')
            : trans.__('Runs of %1, whichever notebook is open', name(pinned))
        }
        onChange={event => onChange(event.target.value)}
      >
        <option value={FOLLOW}>{followed}</option>
        {others.map(project => (
          <option key={project} value={project}>
            {name(project)}
          </option>
        ))}
        <option value={AGAIN}>
          {model.cutShort ? trans.__('Look again (there may be more)') : trans.__('Look again')}
        </option>
      </select>
      {pinned === null ? null : (
        <button type="button" className="nbt-link" onClick={() => model.pin(null)}>
          {trans.__('Unpin')}
        </button>
      )}
    </div>
  );
}
