/** A plot with its title and what can be chosen about it; it can be saved as a picture. */

import * as React from 'react';

import { useTools } from '../components/context';
import { fileName, savePicture } from './saving';
import { picturedSvg } from './picture';

export function Figure(props: {
  title: string;
  /** What its file is called. */
  name: string;
  tools?: React.ReactNode;
  children: React.ReactNode;
}): React.ReactElement {
  const { trans } = useTools();
  const place = React.useRef<HTMLElement>(null);
  const save = () => {
    const plot = place.current?.querySelector<SVGSVGElement>('svg.nbt-plot');
    if (plot) {
      void picturedSvg(plot).then(canvas => savePicture(canvas, fileName(props.name, 'png')));
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
