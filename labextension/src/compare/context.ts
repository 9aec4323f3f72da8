/** The comparison that a view belongs to. */

import * as React from 'react';

import { useChanges } from '../components/context';
import type { ComparePage } from './page';

export const ComparisonContext = React.createContext<ComparePage | null>(null);

/** The comparison; draws again whenever it changed. */
export function useComparison(): ComparePage {
  const page = React.useContext(ComparisonContext);
  if (page === null) {
    throw new Error('nbtrail: a component stands outside of a comparison');
  }
  useChanges(page);
  return page;
}
