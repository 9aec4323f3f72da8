/** The widget that stands in the side panel and tells its model when it is seen. */

import * as React from 'react';

import type { Tools } from './components/context';
import type { Panel } from './components/Panel';
import { loaded } from './loading';
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

  /** Have the view at hand, so that the first look finds it there. */
  async prepare(): Promise<void> {
    await import('./components/Panel').catch(() => undefined);
  }

  protected override render(): React.ReactElement {
    const View = this._view;
    return View === null ? <></> : <View tools={this.tools} />;
  }

  protected override onSeen(seen: boolean): void {
    const { model } = this.tools;
    clearInterval(this._timer);
    // the server is asked while the view is loaded
    model.setVisible(seen);
    if (seen) {
      void this._load();
    }
    if (model.visible) {
      this._timer = setInterval(() => model.anyRunning && model.invalidate(), RUNNING_MS);
    }
  }

  private async _load(): Promise<void> {
    if (this._view === null) {
      const { Panel } = await loaded(import('./components/Panel'), this.tools.trans);
      this._view = Panel;
      this.update();
    }
  }

  private _view: typeof Panel | null = null;
  private _timer: ReturnType<typeof setInterval> | undefined;
}
