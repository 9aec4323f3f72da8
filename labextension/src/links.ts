/** Links to runs in outputs, such as a receipt's: a click opens the run in the panel. */

import { RUN_LINK } from './tokens';

/** Tell the id of each run whose link is clicked, wherever it stands on the page, and the link. */
export function followLinks(open: (id: string, link: Element) => void): void {
  const onClick = (event: MouseEvent) => {
    const link = (event.target as Element | null)?.closest?.('a');
    const href = link?.getAttribute('href') ?? '';
    const place = href.indexOf(RUN_LINK);
    const id = href.slice(place + RUN_LINK.length);
    if (link && place >= 0 && /^[0-9a-f]{32}$/.test(id)) {
      event.preventDefault();
      event.stopPropagation();
      open(id, link);
    }
  };
  // before the notebook takes the click for one on its own anchors
  document.addEventListener('click', onClick, true);
}
