/** The demo as a page under test. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What holds once the demo can be used. */
export const DEMO_READY = 'document.querySelector("plane-scene")?.settings !== undefined';

/** Builds the demo under a path of its own; what is behind the ? of the root goes behind its #. */
export async function buildDemo(folder: string): Promise<void> {
  const { build } = await import('vite');
  const outDir = join(folder, 'some/path');
  await build({
    configFile: 'site/vite.config.ts',
    logLevel: 'error',
    build: { outDir, emptyOutDir: false, minify: false },
  });
  await writeFile(
    join(folder, 'index.html'),
    "<!doctype html><script>location.replace('some/path/index.html#' + location.search.slice(1))</script>",
  );
}
