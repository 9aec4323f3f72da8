/** The item in the status bar: how many runs there are, and how many are running. */

import { ReactWidget } from '@jupyterlab/apputils';
import * as React from 'react';

import { type Tools, ToolsContext, useModel, useTools } from './components/context';
import { formatCount } from './format';

export class StatusItem extends ReactWidget {
  constructor(
    private readonly tools: Tools,
    private readonly onClick: () => void
  ) {
    super();
    this.addClass('nbt-status-item');
    this.addClass('jp-mod-highlighted');
  }

  protected override render(): React.ReactElement {
    return (
      <ToolsContext.Provider value={this.tools}>
        <Item onClick={this.onClick} />
      </ToolsContext.Provider>
    );
  }
}

function Item(props: { onClick(): void }): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const status = model.status;
  const running = status?.running ?? 0;
  const text =
    status?.store !== 'found' || model.pinnedGone
      ? trans.__('nbtrail')
      : running > 0
        ? trans._n('%1 run is running', '%1 runs are running', running, running)
        : trans._n('%1 run', '%1 runs', status.runs, formatCount(status.runs));
  return (
    <button type="button" title={trans.__('Show runs')} onClick={props.onClick}>
      {text}
    </button>
  );
}
