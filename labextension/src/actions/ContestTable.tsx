/** The present version against the one that would take its place. */

import * as React from 'react';

import { formatNumber } from '../format';
import { useTools } from '../components/context';
import type { Contest } from './promotion';

export function ContestTable(props: {
  rows: readonly Contest[];
  /** Above the columns: who holds the alias, and who would. */
  heads: readonly [string, string];
}): React.ReactElement | null {
  const { trans } = useTools();
  const words = { better: trans.__('better'), worse: trans.__('worse'), '': '' };
  const signs = { better: '▲', worse: '▼', '': '' };
  if (props.rows.length === 0) {
    return null;
  }
  return (
    <table className="nbt-contest">
      <thead>
        <tr>
          <th scope="col">{trans.__('Metric')}</th>
          {props.heads.map(head => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map(row => (
          <tr key={row.key}>
            <th scope="row" title={row.key}>
              {row.key}
            </th>
            <td>{row.champion === null ? '–' : formatNumber(row.champion)}</td>
            <td data-sign={row.sign}>
              {row.candidate === null ? '–' : formatNumber(row.candidate)}
              {row.sign ? (
                <span title={words[row.sign]}>
                  {' '}
                  <span aria-hidden="true">{signs[row.sign]}</span>
                  <span className="nbt-sr">{words[row.sign]}</span>
                </span>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
