/** Actions whose dialogs are loaded with the first of them. */

import type { Actions } from './actions';

/**
 * @param load - gives what does them; asked once, and again when it failed.
 * @param failed - told when it did.
 */
export function actionsOnDemand(
  load: () => Promise<Actions>,
  failed: (error: unknown) => void = () => undefined
): Actions {
  let asked: Promise<Actions> | null = null;
  const loading = () => {
    asked ??= load().catch(error => {
      asked = null;
      throw error;
    });
    return asked;
  };
  return new Proxy({} as Actions, {
    get:
      (_, name) =>
      (...given: unknown[]) =>
        void loading().then(actions => {
          const act = actions[name as keyof Actions] as (...given: unknown[]) => void;
          act(...given);
        }, failed)
  });
}
