/** Parts of the extension that are loaded when they are needed: starting JupyterLab waits for none. */

import { Notification } from '@jupyterlab/apputils';

import type { Translator } from './components/context';

/** So long after the start nobody waits for anything any more, as a rule. */
const QUIET_MS = 3000;

/** Do something that will be needed later once JupyterLab has started and the browser is idle. */
export async function afterStart(restored: Promise<unknown>, work: () => void): Promise<void> {
  await restored;
  await new Promise(resolve => setTimeout(resolve, QUIET_MS));
  // not every browser has it
  (window.requestIdleCallback ?? setTimeout)(work);
}

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
