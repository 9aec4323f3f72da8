/** Keeps a mistake of ours from emptying the panel: says what happened and offers to begin anew. */

import * as React from 'react';

import { ToolsContext } from './context';

interface State {
  error: Error | null;
}

export class Boundary extends React.Component<{ children: React.ReactNode }, State> {
  static override contextType = ToolsContext;
  declare context: React.ContextType<typeof ToolsContext>;

  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): React.ReactNode {
    const { error } = this.state;
    const trans = this.context?.trans;
    if (error === null || trans === undefined) {
      return this.props.children;
    }
    return (
      <div className="nbt-failure" role="alert">
        <span>
          {trans.__('This view met a value that it can not show: %1', error.message)}{' '}
          {trans.__('After an upgrade of nbtrail, reload the page.')}
        </span>
        <button
          type="button"
          className="nbt-button"
          onClick={() => this.setState({ error: null })}
        >
          {trans.__('Try again')}
        </button>
      </div>
    );
  }
}
