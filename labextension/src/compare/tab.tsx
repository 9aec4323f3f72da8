/** A comparison in a tab of the main area. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { Boundary } from '../components/Boundary';
import { type Tools, ToolsContext } from '../components/context';
import { icon } from '../icon';
import { ComparisonContext } from './context';
import { CompareView } from './CompareView';
import type { ComparePage } from './page';

export class CompareTab extends ReactWidget {
  constructor(
    private readonly tools: Tools,
    readonly page: ComparePage
  ) {
    super();
    this.addClass('nbt-panel');
    this.addClass('nbt-wide');
    this.title.icon = icon;
    this.title.closable = true;
    this._name();
    page.changed.connect(this._name);
    document.addEventListener('visibilitychange', this._see);
  }

  override dispose(): void {
    document.removeEventListener('visibilitychange', this._see);
    this.page.changed.disconnect(this._name);
    this.page.dispose();
    super.dispose();
  }

  protected override render(): React.ReactElement {
    return (
      <ToolsContext.Provider value={this.tools}>
        <ComparisonContext.Provider value={this.page}>
          <Boundary>
            <CompareView />
          </Boundary>
        </ComparisonContext.Provider>
      </ToolsContext.Provider>
    );
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

  private readonly _see = (): void => this.page.setVisible(this.isVisible && !document.hidden);

  private readonly _name = (): void => {
    const { trans } = this.tools;
    const { ids, runs } = this.page;
    this.title.label =
      runs.length === 2
        ? trans.__('%1 against %2', runs[1].name, runs[0].name)
        : trans._n('%1 run', '%1 runs compared', ids.length, ids.length);
    this.title.caption = runs.map(run => run.name).join(', ');
  };
}
