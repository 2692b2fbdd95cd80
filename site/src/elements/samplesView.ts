/** Points that a model makes, class by class. */
import { html } from 'lit';
import { drawSamples } from '../draw/plane';
import type { PlanePoints } from '../protocol';
import { fitCanvas, PageElement } from './base';

export class SamplesView extends PageElement {
  static override properties = { points: { attribute: false }, samples: { attribute: false } };
  declare points: PlanePoints | undefined;
  declare samples: Float32Array | undefined;

  override updated(): void {
    const canvas = this.querySelector('canvas');
    if (!canvas || !this.points || !this.samples) return;
    fitCanvas(canvas);
    drawSamples(canvas, this.samples, this.points);
  }

  override render() {
    if (!this.samples)
      return html`<div class="no-samples"><p>A classifier alone cannot make new points.</p></div>`;
    return html`<canvas role="img" aria-label="New points that this model makes, in the color and shape of the class it was asked for"></canvas>
      <p class="hint made">Points that it makes, class by class</p>`;
  }
}
customElements.define('samples-view', SamplesView);
