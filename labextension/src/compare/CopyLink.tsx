/** Copies the address that opens this comparison. */

import * as React from 'react';

import { useTools } from '../components/context';
import { useCopy } from '../components/parts';
import { useComparison } from './context';

export function CopyLink(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const [done, copy] = useCopy();
  return (
    <button
      type="button"
      className="nbt-button"
      title={trans.__('Whoever may read the runs here can open this comparison by it')}
      onClick={() => copy(page.link)}
    >
      {done ? trans.__('Copied') : trans.__('Copy link')}
    </button>
  );
}
