/** An ES module by its path: `import()` even in CommonJS, where the other imports of this library are `require`. */
import { pathToFileURL } from 'node:url';

/** What the module at an absolute path exports. */
export const importModule = (path: string): Promise<unknown> => import(pathToFileURL(path).href);
