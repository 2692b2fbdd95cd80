/** Takes a folder, tells its parent, and lives until it is killed: `holder.ts FOLDER`. */
import { folder } from '../../../src/node/folder';

await folder(process.argv[2] as string).claim?.();
process.send?.('claimed');
setInterval(() => {}, 1000);
