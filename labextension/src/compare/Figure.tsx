/** A plot with its title and what can be chosen about it; it can be saved as a picture. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { Mark, Named } from './caption';
import { picturedSvg } from './picture';
import { fileName, savePicture } from './saving';

export function Figure(props: {
  title: string;
  /** What its file is called. */
  name: string;
  /** What stands above it in its file. */
  caption?: string;
  /** The runs whose colours are in it, and what has them. */
  legend?: readonly Named[];
  mark?: Mark;
  tools?: React.ReactNode;
  children: React.ReactNode;
}): React.ReactElement {
  const { trans } = useTools();
  const place = React.useRef<HTMLElement>(null);
  const save = () => {
    const plot = place.current?.querySelector<SVGSVGElement>('svg.nbt-plot');
    if (plot) {
      const { title, caption = title, legend = [], mark = 'line' } = props;
      void picturedSvg(plot, { title: caption, runs: legend, mark }).then(canvas =>
        savePicture(canvas, fileName(props.name, 'png'))
      );
    }
  };
  return (
    <figure className="nbt-figure" ref={place}>
      <figcaption className="nbt-line">
        <h3>{props.title}</h3>
        {props.tools}
        <button
          type="button"
          className="nbt-link nbt-save"
          aria-label={trans.__('Save %1 as a picture', props.title)}
          onClick={save}
        >
          {trans.__('PNG')}
        </button>
      </figcaption>
      {props.children}
    </figure>
  );
}
