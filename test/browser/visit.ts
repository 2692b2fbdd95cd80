/** What an example shows in the browser, once it has trained or failed. */
import type { Browser } from 'playwright-core';

/** The end of a visit. */
export interface Visit {
  /** what the page's status says */
  readonly text: string;
  /** accuracy in percent, where it says one */
  readonly accuracy: number;
  /** errors of the page and of its console; a missing icon is not one */
  readonly errors: readonly string[];
  /** texts of the status before any script ran, where the server wrote it */
  readonly served: string;
}

const DONE = /Epoch 3: accuracy ([\d.]+) %$|^selectBackend: /;

/**
 * Opens a page and waits until its status says that the last epoch is over, or that no backend was selected.
 *
 * The status is read from outside: a strict policy forbids what waits inside the page.
 */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
      errors.push(message.text());
  });
  const response = await page.goto(url);
  const served = /<p id="status">(.*?)<\/p>/.exec((await response?.text()) ?? '')?.[1] ?? '';
  const started = Date.now();
  let text = '';
  while (!DONE.test(text) && Date.now() - started < 120_000) {
    await new Promise((wait) => setTimeout(wait, 100));
    text = (await page.locator('#status').textContent()) ?? '';
  }
  await page.close();
  return { text, accuracy: Number(DONE.exec(text)?.[1]), errors, served };
}
