/** Text of any length: the beginning, and the rest when it is asked for. */

import * as React from 'react';

import { formatCount } from '../format';
import { useTools } from './context';

const SHOWN = 400;
/** More than this is not put into the page: nobody reads it, and the page would stand still. */
const MOST = 20_000;

export function LongText(props: { text: string }): React.ReactElement {
  const { trans, copy } = useTools();
  const { text } = props;
  const [all, setAll] = React.useState(false);
  if (text.length <= SHOWN) {
    return <code title={text}>{text}</code>;
  }
  const left = text.length - MOST;
  return (
    <span className="nbt-long">
      <code>{text.slice(0, all ? MOST : SHOWN)}</code>
      {all ? null : '… '}
      <button type="button" className="nbt-link" onClick={() => setAll(!all)}>
        {all ? trans.__('less') : trans.__('%1 characters', formatCount(text.length))}
      </button>{' '}
      {all && left > 0 ? (
        <button type="button" className="nbt-link" onClick={() => copy(text)}>
          {trans.__('copy all (%1 more)', formatCount(left))}
        </button>
      ) : null}
    </span>
  );
}
