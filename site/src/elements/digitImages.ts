/** Images of digits on one canvas. */
import { html } from 'lit';
import { drawImages } from '../draw/digit';
import { PageElement } from './base';

export class DigitImages extends PageElement {
  static override properties = {
    images: { attribute: false },
    columns: { type: Number },
    description: { type: String },
  };
  declare images: Uint8Array | undefined;
  declare columns: number;
  declare description: string;

  override updated(): void {
    const canvas = this.querySelector('canvas');
    if (canvas && this.images) drawImages(canvas, this.images, this.columns);
  }

  override render() {
    return html`<canvas class="images" role="img" aria-label=${this.description}></canvas>`;
  }
}
customElements.define('digit-images', DigitImages);
