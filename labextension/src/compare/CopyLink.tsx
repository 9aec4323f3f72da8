/** Copies the address that opens this comparison. */

import * as React from 'react';

import { useTools } from '../components/context';
import { useComparison } from './context';

export function CopyLink(): React.ReactElement {
  const page = useComparison();
  const { trans, copy } = useTools();
  const [done, setDone] = React.useState(false);
  React.useEffect(() => {
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <button
      type="button"
      className="nbt-button"
      title={trans.__('Whoever may read the runs here can open this comparison by it')}
      onClick={() => {
        copy(page.link);
        setDone(true);
      }}
    >
      {done ? trans.__('Copied') : trans.__('Copy link')}
    </button>
  );
}
