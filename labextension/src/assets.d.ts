/** The contract; rspack puts it into the chunk that asks for it. */
declare module '*/contract/api.json' {
  const content: { $defs: Record<string, object> };
  export default content;
}

declare module '*.svg' {
  const content: string;
  export default content;
}
