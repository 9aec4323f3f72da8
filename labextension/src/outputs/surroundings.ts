/** Where an output stands, and what can be done from there. */

import type { CompareApi } from '../api';
import type { Tools } from '../components/context';

export interface Surroundings {
  /** Opens runs and comparisons of the trail that the notebook belongs to. */
  tools: Tools;
  /** Answers what the notebook does not keep. */
  live: CompareApi;
  /** Path of the notebook around it; of the notebook on top where there is none. */
  notebook(): string;
  /** Whether there are tabs to open something in. */
  roomy: boolean;
}
