/** The widget that stands in the side panel and tells its model when it is seen. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { Tools } from './components/context';
import { Panel } from './components/Panel';
import { icon } from './icon';
import { PANEL } from './tokens';

/** While something on the screen runs, its end may come without a commit: its process died. */
const RUNNING_MS = 10_000;

export class RunsPanel extends ReactWidget {
  constructor(private readonly tools: Tools) {
    super();
    this.id = PANEL;
    this.addClass('nbt-panel');
    this.title.icon = icon;
    this.title.caption = tools.trans.__('Runs (nbtrail)');
    document.addEventListener('visibilitychange', this._see);
  }

  override dispose(): void {
    document.removeEventListener('visibilitychange', this._see);
    clearInterval(this._timer);
    super.dispose();
  }

  protected override render(): React.ReactElement {
    return <Panel tools={this.tools} />;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._see();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._see();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._see();
  }

  /** Somebody looks: the panel is open, and the browser's tab in front. */
  private readonly _see = (): void => {
    const { model } = this.tools;
    clearInterval(this._timer);
    model.setVisible(this.isVisible && !document.hidden);
    if (model.visible) {
      this._timer = setInterval(() => model.anyRunning && model.invalidate(), RUNNING_MS);
    }
  };

  private _timer: ReturnType<typeof setInterval> | undefined;
}
