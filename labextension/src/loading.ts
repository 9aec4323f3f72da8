/** Parts of the extension that are loaded when they are needed: starting JupyterLab waits for none. */

import { Notification } from '@jupyterlab/apputils';

import type { Translator } from './components/context';

/** Wait for a part; when it is not there any more, as after an upgrade, say what helps. */
export async function loaded<T>(part: Promise<T>, trans: Translator): Promise<T> {
  try {
    return await part;
  } catch (error) {
    Notification.error(
      trans.__('A part of nbtrail could not be loaded. After an upgrade of nbtrail, reload the page.')
    );
    throw error;
  }
}
