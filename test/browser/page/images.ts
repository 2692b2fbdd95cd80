/** Image files that a user chooses or drops in the page. */
import { type ImageFiles, imageFiles } from 'ssvae/browser';

/** How the files come into the page. */
export type Gesture = 'choose' | 'drop';

/** What the data set of the files holds. */
export interface ImagesReport {
  readonly shape: readonly number[];
  readonly classNames: readonly string[] | undefined;
  readonly y: readonly number[];
  readonly x: readonly number[];
  readonly paths: readonly string[];
}

/** Files of the next gesture: those of an input for folders, or the items of a drop. */
const filesOf = (gesture: Gesture): Promise<ImageFiles> =>
  new Promise((resolve) => {
    if (gesture === 'drop') {
      document.body.style.height = '100px';
      document.body.ondragover = (event) => event.preventDefault();
      document.body.ondrop = (event) => {
        event.preventDefault();
        resolve(event.dataTransfer?.items as DataTransferItemList);
      };
      return;
    }
    const input = Object.assign(document.createElement('input'), { type: 'file', webkitdirectory: true });
    input.onchange = () => resolve(input.files as FileList);
    document.body.append(input);
  });

/** Waits for a gesture, and reads the images of its files. */
export async function imagesInPage(gesture: Gesture): Promise<ImagesReport> {
  // The items of a drop are gone after its event, so nothing may come between.
  const files = filesOf(gesture);
  Object.assign(globalThis, { ssvaeWaits: gesture });
  const { shape, classNames, y, x, paths } = await files.then((some) => imageFiles(some));
  return { shape, classNames, y: Array.from(y), x: Array.from(x), paths };
}
