/** The page: its scenes, its worker, and its address. */
import { readAddress, writeAddress } from './address';
import { Client } from './client';
import type { DigitsSettings } from './digits/settings';
import './elements/digitsScene';
import type { DigitsScene } from './elements/digitsScene';
import './elements/pageTools';
import type { PageTools } from './elements/pageTools';
import './elements/planeScene';
import type { PlaneScene } from './elements/planeScene';
import type { PlaneSettings } from './plane/settings';

const plane = document.querySelector('plane-scene') as PlaneScene;
const digits = document.querySelector('digits-scene') as DigitsScene;
const tools = document.querySelector('page-tools') as PageTools;

const client = new Client(new URL('wasm/', document.baseURI).href);
let settings = readAddress(location.hash);
client.restart(settings.backend);
Object.assign(plane, { client, settings: settings.plane });
Object.assign(digits, { client, settings: settings.digits });
Object.assign(tools, { client, scenes: { plane, digits } });
for (const listener of [plane, digits, tools]) client.listen(listener);

function remember(change: Partial<typeof settings>): void {
  settings = { ...settings, ...change };
  history.replaceState(null, '', writeAddress(settings) || location.pathname + location.search);
  tools.requestUpdate();
}
plane.addEventListener('settings', (event) =>
  remember({ plane: (event as CustomEvent<PlaneSettings>).detail }),
);
digits.addEventListener('settings', (event) =>
  remember({ digits: (event as CustomEvent<DigitsSettings>).detail }),
);
tools.addEventListener('backend', () => {
  remember({ backend: client.backend });
  plane.start();
});
addEventListener('hashchange', () => {
  settings = readAddress(location.hash);
  plane.settings = settings.plane;
  digits.settings = settings.digits;
  plane.start();
});

// A hidden page rests.
document.addEventListener('visibilitychange', () => {
  const resting = document.hidden || (plane.running && plane.paused) || (digits.running && digits.paused);
  client.send({ type: 'pause', paused: resting });
});

const { saveData } =
  (navigator as { readonly connection?: { readonly saveData?: boolean } }).connection ?? {};
const still = matchMedia('(prefers-reduced-motion: reduce)').matches || saveData === true;
// By itself it moves once, where the reader lets pages move.
if (!still) plane.start();
