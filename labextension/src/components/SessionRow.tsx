/** The first row: what the notebook's session has trained so far, and a button that keeps it. */

import * as React from 'react';

import { formatNumber } from '../format';
import { useModel, useTools } from './context';

export function SessionRow(): React.ReactElement | null {
  const model = useModel();
  const { trans, keep } = useTools();
  const session = model.status?.session;
  if (!session || session.fits === 0 || model.pinnedGone) {
    return null;
  }
  const fits = trans._n('%1 fit', '%1 fits', session.fits, session.fits);
  return (
    <section className="nbt-session" aria-label={trans.__('This session')}>
      <span className="nbt-session-text">
        {trans.__('This session:')} <strong>{fits}</strong>
        {session.best_key ? (
          <>
            {', '}
            {trans.__('best %1', session.best_key)}{' '}
            <strong>{formatNumber(session.best_value)}</strong>
          </>
        ) : null}
      </span>
      {session.waiting > 0 && keep ? (
        <button
          type="button"
          className="nbt-button"
          title={trans._n(
            'Make a run of %1 fit that is none yet',
            'Make runs of %1 fits that are none yet',
            session.waiting,
            session.waiting
          )}
          onClick={keep}
        >
          {trans.__('Keep')}
        </button>
      ) : (
        <span className="nbt-muted">{session.waiting > 0 ? '' : trans.__('all kept')}</span>
      )}
    </section>
  );
}
