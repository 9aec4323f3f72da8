/** Plots as pictures: with the colours that are on the screen, a ground, title and legend. */

import { captioned, LINE, type Mark, type Named, PAD } from './caption';
import { colourOf, dashOf, resolved } from './palette';

const SCALE = 2;
/** What CSS gives to a drawing, and a picture has to have written in it. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'paint-order'
];

/** What stands around a plot. */
export interface Words {
  title: string;
  runs: readonly Named[];
  mark: Mark;
}

/** A drawing as it looks now. */
export async function picturedSvg(
  drawing: SVGSVGElement,
  words: Words
): Promise<HTMLCanvasElement> {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const [seen, copied] = [drawing, copy].map(root => [root, ...root.querySelectorAll('*')]);
  seen.forEach((element, index) => {
    const style = getComputedStyle(element);
    STYLES.forEach(name => copied[index].setAttribute(name, style.getPropertyValue(name)));
    copied[index].removeAttribute('style');
    copied[index].removeAttribute('class');
  });
  const { width, height } = drawing.viewBox.baseVal;
  copy.setAttribute('width', String(width * SCALE));
  copy.setAttribute('height', String(height * SCALE));
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const text = new XMLSerializer().serializeToString(copy);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  return pictured(drawing, image, { width, height }, SCALE, words);
}

/** A chart as it looks now. */
export function picturedChart(chart: HTMLCanvasElement, words: Words): HTMLCanvasElement {
  const scale = chart.width / Math.max(1, chart.clientWidth || chart.width);
  const size = { width: chart.width / scale, height: chart.height / scale };
  return pictured(chart, chart, size, scale, words);
}

/**
 * @param place - the plot on the screen: its colours and font are taken.
 * @param size - of the plot in pixels of the page, of which each has `scale` in the picture.
 */
function pictured(
  place: Element,
  plot: CanvasImageSource,
  size: { width: number; height: number },
  scale: number,
  words: Words
): HTMLCanvasElement {
  const caption = captioned(size, words.runs);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(caption.width * scale);
  canvas.height = Math.ceil(caption.height * scale);
  const pen = canvas.getContext('2d');
  if (pen === null) {
    return canvas;
  }
  const font = resolved(place, 'var(--jp-ui-font-family)');
  const ink = resolved(place, 'var(--jp-ui-font-color0)');
  pen.scale(scale, scale);
  pen.fillStyle = resolved(place, 'var(--jp-layout-color1)');
  pen.fillRect(0, 0, caption.width, caption.height);
  pen.drawImage(plot, caption.plot.left, caption.plot.top, size.width, size.height);
  pen.fillStyle = ink;
  pen.font = `600 14px ${font}`;
  pen.fillText(words.title, PAD, PAD + 14);
  pen.font = `12px ${font}`;
  caption.entries.forEach(({ left, top, text, position }) => {
    draw(pen, words.mark, left, top + LINE / 2, position, resolved(place, colourOf(position)));
    pen.fillStyle = ink;
    pen.fillText(text, left + 26, top + LINE / 2 + 4);
  });
  return canvas;
}

/** Draw what stands for a run in a plot. */
function draw(
  pen: CanvasRenderingContext2D,
  mark: Mark,
  left: number,
  middle: number,
  position: number,
  colour: string
): void {
  pen.beginPath();
  if (mark === 'point') {
    pen.fillStyle = colour;
    pen.arc(left + 9, middle, 5, 0, 2 * Math.PI);
    pen.fill();
  } else {
    pen.strokeStyle = colour;
    pen.lineWidth = 3;
    pen.setLineDash([...dashOf(position)]);
    pen.moveTo(left, middle);
    pen.lineTo(left + 18, middle);
    pen.stroke();
  }
}
