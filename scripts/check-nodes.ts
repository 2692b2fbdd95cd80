/** Imports the packed library in other versions of Node, which npm fetches: `npm run check:nodes -- 22 24`. */
import { expectHalf, runFile, withConsumer } from './consumer';

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24'];

await withConsumer(undefined, async (folder) => {
  for (const version of versions) {
    const { stdout } = await runFile('npm', [
      'exec',
      '--yes',
      `--package=node@${version}`,
      '--',
      'node',
      '-p',
      'process.execPath',
    ]);
    const node = stdout.trim();
    await expectHalf(`Node ${version}, ESM`, folder, node, 'esm.mjs');
    await expectHalf(`Node ${version}, CommonJS`, folder, node, 'commonjs.cjs');
    console.log(`ok  Node ${(await runFile(node, ['--version'])).stdout.trim()}`);
  }
});
