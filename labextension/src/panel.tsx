/** The widget that stands in the side panel and tells its model when it is seen. */

import * as React from 'react';

import type { Tools } from './components/context';
import { Panel } from './components/Panel';
import { SeenWidget } from './seen';
import { PANEL } from './tokens';

/** While something on the screen runs, its end may come without a commit: its process died. */
const RUNNING_MS = 10_000;

export class RunsPanel extends SeenWidget {
  constructor(private readonly tools: Tools) {
    super();
    this.id = PANEL;
    this.title.caption = tools.trans.__('Runs (nbtrail)');
  }

  override dispose(): void {
    clearInterval(this._timer);
    super.dispose();
  }

  protected override render(): React.ReactElement {
    return <Panel tools={this.tools} />;
  }

  protected override onSeen(seen: boolean): void {
    const { model } = this.tools;
    clearInterval(this._timer);
    model.setVisible(seen);
    if (model.visible) {
      this._timer = setInterval(() => model.anyRunning && model.invalidate(), RUNNING_MS);
    }
  }

  private _timer: ReturnType<typeof setInterval> | undefined;
}
