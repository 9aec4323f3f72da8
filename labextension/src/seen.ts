/** A widget that knows whether somebody looks at it. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';

import { icon } from './icon';

export abstract class SeenWidget extends ReactWidget {
  constructor() {
    super();
    this.addClass('nbt-panel');
    this.title.icon = icon;
    document.addEventListener('visibilitychange', this._look);
  }

  override dispose(): void {
    document.removeEventListener('visibilitychange', this._look);
    super.dispose();
  }

  /** Somebody looks, or nobody does: it is shown, and the browser's tab in front. */
  protected abstract onSeen(seen: boolean): void;

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._look();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._look();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._look();
  }

  private readonly _look = (): void => this.onSeen(this.isVisible && !document.hidden);
}
