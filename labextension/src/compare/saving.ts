/** Files that the browser saves where it saves downloads. */

/** Have the browser save something as a file. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // the browser reads it after the click
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function savePicture(canvas: HTMLCanvasElement, name: string): void {
  canvas.toBlob(content => content && saveFile(content, name), 'image/png');
}

/** A name that every file system takes. */
export function fileName(text: string, suffix: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._=-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
  return `${plain || 'comparison'}.${suffix}`;
}
