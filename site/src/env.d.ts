/// <reference types="vite/client" />

declare module 'virtual:snippets' {
  /** by name: loads the module of a snippet, and so runs it */
  export const snippets: Readonly<Record<string, () => Promise<unknown>>>;
}
