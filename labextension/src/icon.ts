/** The icon of panel, tabs and buttons; it takes the colours of the theme. */

import { LabIcon } from '@jupyterlab/ui-components';

import iconText from '../style/nbtrail.svg';

export const icon = new LabIcon({ name: 'nbtrail:runs', svgstr: iconText });
