/** What stands in an output: our own drawing, or the HTML that is beside it in the bundle. */

import {
  htmlRendererFactory,
  type IRenderMime,
  textRendererFactory
} from '@jupyterlab/rendermime';
import { Panel, Widget } from '@lumino/widgets';

import type { Surroundings } from './surroundings';

const PLAIN = [
  ['text/html', htmlRendererFactory],
  ['text/plain', textRendererFactory]
] as const;

/**
 * Draws a bundle by its JSON. A document that is not what the contract says, and a mistake of
 * ours, both end with the bundle's HTML as any front end shows it: sanitised unless trusted.
 */
export class OutputRenderer extends Panel implements IRenderMime.IRenderer {
  constructor(
    private readonly options: IRenderMime.IRendererOptions,
    surround: (node: HTMLElement) => Surroundings
  ) {
    super();
    this.addClass('nbt-output');
    // the notebook's keys are not for what has the focus in here
    this.node.dataset.lmSuppressShortcuts = 'true';
    this._around = surround(this.node);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._asked += 1;
    const asked = this._asked;
    const { mimeType } = this.options;
    const giveUp = () => {
      if (asked === this._asked && !this.isDisposed) {
        void this._drawPlain(model);
      }
    };
    let drawn: Widget | null = null;
    try {
      // not before there is such an output: starting JupyterLab must not wait for it
      const { drawOutput } = await import('./draw');
      drawn = drawOutput(mimeType, model.data[mimeType], this._around, giveUp);
    } catch (error) {
      console.warn('nbtrail: an output is shown as HTML', error);
    }
    if (asked !== this._asked || this.isDisposed) {
      drawn?.dispose();
    } else if (drawn === null) {
      await this._drawPlain(model);
    } else {
      this._show(drawn);
    }
  }

  private async _drawPlain(model: IRenderMime.IMimeModel): Promise<void> {
    for (const [mimeType, factory] of PLAIN) {
      if (typeof model.data[mimeType] === 'string') {
        const renderer = factory.createRenderer({ ...this.options, mimeType });
        this._show(renderer);
        return renderer.renderModel(model);
      }
    }
    const told = new Widget();
    told.node.textContent = this._around.tools.trans.__(
      'This output is of another version of nbtrail, and has no text beside it. Run its cell again.'
    );
    this._show(told);
  }

  private _show(widget: Widget): void {
    [...this.widgets].forEach(old => old.dispose());
    this.addWidget(widget);
  }

  private readonly _around: Surroundings;
  private _asked = 0;
}
