/** The blocks of the documentation that say `ts run`, as modules of the worker. */
import { type Plugin, transformWithEsbuild } from 'vite';
import { blocksOf, docsPages, snippetName } from '../../scripts/pages';

const TABLE = 'virtual:snippets';
const ONE = /^virtual:snippet\/(\w+)$/;

/** `virtual:snippets` has a function for each block that imports, and so runs, its code. */
export function snippets(root: string): Plugin {
  const codes = new Map<string, string>();
  return {
    name: 'snippets',
    buildStart() {
      for (const page of docsPages(root))
        for (const { code, complete, inPage, name } of blocksOf(page)) {
          if (!inPage) continue;
          if (!complete) throw new Error(`${name}: it says run and does not begin with its imports`);
          codes.set(snippetName(code), code);
        }
    },
    resolveId(id) {
      if (id === TABLE || ONE.test(id)) return `\0${id}`;
      return undefined;
    },
    async load(id) {
      if (id === `\0${TABLE}`) {
        const entries = [...codes.keys()].map((name) => `'${name}': () => import('virtual:snippet/${name}')`);
        return `export const snippets = { ${entries.join(', ')} };`;
      }
      const [, name = ''] = ONE.exec(id.slice(1)) ?? [];
      const code = codes.get(name);
      return code === undefined ? undefined : transformWithEsbuild(code, `${name}.ts`, { target: 'es2022' });
    },
  };
}
