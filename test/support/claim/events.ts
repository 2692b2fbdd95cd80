/** Another process whose run writes events, tells its parent, and lives until it is killed: `events.ts FOLDER`. */
import { tensorBoard } from '../../../src/node/tensorBoard';

await tensorBoard(process.argv[2] as string).onTrainBegin?.({ epochs: 1, stepsPerEpoch: 1, firstStep: 0 });
process.send?.('claimed');
setInterval(() => {}, 1000);
