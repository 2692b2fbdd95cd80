import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PlaneScene } from '../../site/src/elements/planeScene';
import { buildDemo, DEMO_READY } from './demoPage';
import { absence, openSite } from './site';

/** How long the page trains; minutes. */
const MINUTES = Number(process.env.SSVAE_MINUTES ?? 0);

const reason =
  absence ?? (MINUTES > 0 ? undefined : 'is skipped: SSVAE_MINUTES=10 trains in the page for ten minutes');

/** Memory of a process that is its own, MiB. */
const residentOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

it.skipIf(reason !== undefined)(
  `the demo ${reason ?? 'holds as much memory after many runs as after the first ones'}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ssvae-demo-'));
    await buildDemo(folder);
    const site = await openSite({
      build: (into) => cp(folder, into, { recursive: true }),
      ready: DEMO_READY,
    });
    const page = await site.open();
    const session = await page.context().browser()?.newBrowserCDPSession();
    const processes = async (): Promise<readonly number[]> => {
      const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] };
      return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    };
    /** Trains once, to the end, and resolves to the tensors that are left. */
    const train = (seed: number): Promise<number> =>
      page.evaluate(async (chosen) => {
        const plane = document.querySelector('plane-scene') as PlaneScene;
        const hear = Object.getPrototypeOf(plane).hear as PlaneScene['hear'];
        let tensors: number | undefined;
        plane.hear = (answer) => {
          hear.call(plane, answer);
          if (answer.type === 'done') tensors = answer.tensors;
        };
        plane.settings = { ...plane.settings, seed: chosen };
        plane.start();
        while (tensors === undefined) await new Promise((wait) => setTimeout(wait, 50));
        return tensors;
      }, seed);
    const end = performance.now() + 60_000 * MINUTES;
    const rows: { tensors: number; memory: number }[] = [];
    for (let seed = 1; performance.now() < end; seed++) {
      const tensors = await train(seed);
      const memory = (await Promise.all((await processes()).map(residentOf))).reduce(
        (sum, one) => sum + one,
        0,
      );
      rows.push({ tensors, memory });
      console.log(`run ${seed}: ${tensors} tensors, ${memory.toFixed(0)} MiB`);
    }
    await site.close();
    await rm(folder, { recursive: true });
    expect(new Set(rows.map(({ tensors }) => tensors)).size).toBe(1);
    // The garbage of a run is collected when the engine likes: the least of a third tells what is held.
    const third = Math.floor(rows.length / 3);
    const least = (part: typeof rows) => Math.min(...part.map(({ memory }) => memory));
    expect(least(rows.slice(-third))).toBeLessThan(1.1 * least(rows.slice(third, 2 * third)));
  },
  60_000 * (MINUTES + 5),
);
